import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergePages, type Pages } from "../../lib/dynamodb/merge-pages.ts";

interface Source {
  readonly pages: Pages<string>;
  readonly read: () => number;
  readonly isClosed: () => boolean;
}

function createSource(items: readonly string[], pageSize: number): Source {
  let read = 0;
  let isClosed = false;
  async function* readPages(): Pages<string> {
    try {
      for (let start = 0; start < items.length; start += pageSize) {
        read += 1;
        yield items.slice(start, start + pageSize);
      }
    } finally {
      isClosed = true;
    }
  }
  return { pages: readPages(), read: () => read, isClosed: () => isClosed };
}

describe("mergePages", () => {
  it("yields everything of sorted sources in order, whatever their pages", async () => {
    const key = fc.string({ minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(key), { maxLength: 6 }),
        fc.integer({ min: 1, max: 5 }),
        async (lists, size) => {
          const sources = lists.map((list) => createSource(list.toSorted(), size).pages);
          const merged: string[] = [];
          for await (const page of mergePages(sources, (text) => text)) merged.push(...page);
          expect(merged).toEqual(lists.flat().toSorted());
        },
      ),
    );
  });

  it("hands over together what it can merge without waiting for a page", async () => {
    const sources = [createSource(["a", "c"], 2).pages, createSource(["b", "d"], 2).pages];
    const pages: (readonly string[])[] = [];
    for await (const page of mergePages(sources, (text) => text)) pages.push(page);
    expect(pages).toEqual([["a", "b", "c"], ["d"]]);
  });

  it("reads one page a source ahead and no more", async () => {
    const sources = ["a", "b"].map((letter) =>
      createSource(
        Array.from({ length: 100 }, (_, index) => `${String(index).padStart(3, "0")}${letter}`),
        10,
      ),
    );
    const most: number[] = [];
    let seen = 0;
    for await (const page of mergePages(
      sources.map(({ pages }) => pages),
      (text) => text,
    )) {
      seen += page.length;
      most.push(...sources.map(({ read }) => read() - Math.ceil(seen / 20)));
    }
    expect(seen).toBe(200);
    expect(Math.max(...most)).toBe(1);
  });

  it("closes its sources when the reader stops", async () => {
    const sources = [createSource(["a", "c"], 1), createSource(["b", "d"], 1)];
    for await (const page of mergePages(
      sources.map(({ pages }) => pages),
      (text) => text,
    ))
      if (page.includes("b")) break;
    expect(sources.map(({ isClosed }) => isClosed())).toEqual([true, true]);
  });
});
