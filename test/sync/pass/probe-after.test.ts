import { describe, expect, it } from "vitest";
import type { ObjectType } from "../../../lib/domain/hubspot-object.ts";
import { NonRetryableError, RetryableError } from "../../../lib/sync/errors.ts";
import type { HubSpotReader, ListedObject } from "../../../lib/sync/ports.ts";
import { probeAfter } from "../../../lib/sync/pass/probe-after.ts";
import { listIds } from "../../../lib/sync/pass/typed-page.ts";
import { sampleCompany, sampleContact, sampleDeal } from "../../fixtures/sample-objects.ts";

const MAKERS: { readonly [T in ObjectType]: (id: string) => ListedObject<T>["object"] } = {
  company: (id) => sampleCompany(id),
  contact: (id) => sampleContact(id),
  deal: (id) => sampleDeal(id),
};

interface Answer {
  readonly ids: readonly string[];
  readonly after?: string;
}

/** HubSpot as far as lists go. */
function hubSpotThat(answer: (after: string) => Answer) {
  const asked: string[] = [];
  const reader: Pick<HubSpotReader, "listPage"> = {
    listPage: async (type, after = "none") => {
      asked.push(`${type} ${after}`);
      const { ids, ...next } = answer(after);
      return { readAtMs: 7, objects: ids.map((id) => ({ object: MAKERS[type](id), links: [] })), ...next };
    },
  };
  return { reader, asked };
}

const idsFrom = (first: number, count: number, step = 2): readonly string[] =>
  Array.from({ length: count }, (_, index) => String(first + step * index));

/** A portal that takes any id as `after`. */
const listing =
  (ids: readonly string[]) =>
  (after: string): Answer => {
    const rest = ids.filter((id) => Number(id) > Number(after));
    const page = rest.slice(0, 100);
    return { ids: page, ...(rest.length > page.length && { after: page.at(-1) ?? "" }) };
  };

/** 2, 4 … 200 of 2, 4 … 500. */
const PAGE = { ids: idsFrom(2, 100), after: "200" };

describe("probeAfter", () => {
  it.each(["company", "contact", "deal"] as const)(
    "says yes where a list of type %s starts after an id that does not exist, and answers what follows the page",
    async (type) => {
      const { reader, asked } = hubSpotThat(listing(idsFrom(2, 250)));
      const found = await probeAfter(reader, type, PAGE);
      expect(asked).toEqual([`${type} 181`]);
      expect(found?.type).toBe(type);
      expect(found && listIds(found)).toEqual(idsFrom(202, 90));
      expect(found?.page).toMatchObject({ after: "380", readAtMs: 7 });
    },
  );

  it("asks after an id that exists where there is none in between", async () => {
    const { reader, asked } = hubSpotThat(listing(idsFrom(1, 250, 1)));
    const found = await probeAfter(reader, "deal", { ids: idsFrom(1, 100, 1), after: "100" });
    expect(asked).toEqual(["deal 90"]);
    expect(found && listIds(found)).toEqual(idsFrom(101, 90, 1));
  });

  it("asks in the middle of a page of few", async () => {
    const { reader, asked } = hubSpotThat(listing(idsFrom(2, 250)));
    expect(await probeAfter(reader, "deal", { ids: ["2", "4", "6", "8"], after: "8" })).toBeDefined();
    expect(asked).toEqual(["deal 5"]);
  });

  it("takes ids that no double holds apart", async () => {
    const ids = ["9007199254740993", "9007199254740994", "9007199254740996", "9007199254740998"];
    const { reader, asked } = hubSpotThat(() => ({ ids: ids.slice(2) }));
    expect(await probeAfter(reader, "deal", { ids, after: "9007199254740998" })).toBeDefined();
    expect(asked).toEqual(["deal 9007199254740995"]);
  });

  it("says yes where everything behind the page has gone since, and that nothing follows", async () => {
    const found = await probeAfter(hubSpotThat(listing(PAGE.ids)).reader, "deal", PAGE);
    expect(found?.page).toEqual({ readAtMs: 7, objects: [] });
  });

  it.each<[name: string, page: { readonly ids: readonly string[]; readonly after: string | undefined }]>([
    ["the token is not the last id", { ...PAGE, after: "MjAw" }],
    ["the page is the last one", { ...PAGE, after: undefined }],
    ["the page is empty", { ids: [], after: "200" }],
    ["the page has one object", { ids: ["2"], after: "2" }],
  ])("says no without a call where %s", async (_name, page) => {
    const { reader, asked } = hubSpotThat(listing(idsFrom(2, 250)));
    expect(await probeAfter(reader, "deal", page)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it.each<[name: string, answer: () => Answer]>([
    ["starts anew", () => ({ ids: PAGE.ids, after: "200" })],
    ["starts at the next page", () => ({ ids: idsFrom(202, 100), after: "400" })],
    ["leaves the first object out", () => ({ ids: idsFrom(184, 100), after: "382" })],
    ["leaves one out in between", () => ({ ids: idsFrom(182, 100).toSpliced(5, 1), after: "380" })],
    ["answers nothing", () => ({ ids: [] })],
    ["ends with the page although more follows", () => ({ ids: idsFrom(182, 10), after: "200" })],
  ])("says no where HubSpot %s", async (_name, answer) => {
    expect(await probeAfter(hubSpotThat(answer).reader, "deal", PAGE)).toBeUndefined();
  });

  it.each(["badAnswer", "refused"] as const)("says no where HubSpot refuses the id: %s", async (code) => {
    const refuse = (): never => {
      throw new NonRetryableError("HubSpot answered 400", { code });
    };
    expect(await probeAfter(hubSpotThat(refuse).reader, "deal", PAGE)).toBeUndefined();
  });

  it.each([
    ["an outage", new RetryableError("HubSpot answered 503", { code: "serverError" })],
    ["a revoked token", new NonRetryableError("HubSpot answered 401", { code: "tokenRejected" })],
    ["a bug", new TypeError("undefined is not a function")],
  ])("takes %s for no answer", async (_name, error) => {
    const fail = (): never => {
      throw error;
    };
    await expect(probeAfter(hubSpotThat(fail).reader, "deal", PAGE)).rejects.toBe(error);
  });
});
