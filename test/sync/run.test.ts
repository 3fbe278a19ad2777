import { describe, expect, it } from "vitest";
import { chunk, mapConcurrently } from "../../lib/sync/run.ts";

describe("mapConcurrently", () => {
  it("works on so many items at once and no more, and answers in their order", async () => {
    const atWork = new Set<number>();
    let most = 0;
    const work = async (item: number): Promise<string> => {
      atWork.add(item);
      most = Math.max(most, atWork.size);
      // Later items are done sooner.
      for (let turn = item; turn < 10; turn += 1) await Promise.resolve();
      atWork.delete(item);
      return `item ${item}`;
    };
    const items = Array.from({ length: 10 }, (_, index) => index);
    expect(await mapConcurrently(items, work, 3)).toEqual(items.map((item) => `item ${item}`));
    expect(most).toBe(3);
  });

  it("fails with the first that fails", async () => {
    await expect(mapConcurrently([1, 2, 3], refuseTwo)).rejects.toThrow("2");
  });
});

async function refuseTwo(item: number): Promise<number> {
  if (item === 2) throw new Error("2");
  return item;
}

describe("chunk", () => {
  it.each([
    [[], 2, []],
    [[1, 2], 2, [[1, 2]]],
    [[1, 2, 3, 4, 5], 2, [[1, 2], [3, 4], [5]]],
  ])("cuts %j by %i into %j", (items, size, chunks) => {
    expect(chunk(items, size)).toEqual(chunks);
  });
});
