import { describe, expect, it } from "vitest";
import type { IdMark } from "../../../lib/domain/id-marks.ts";
import { NonRetryableError } from "../../../lib/sync/errors.ts";
import { countRead, COUNTS, idOf, list, prepareListing, type Listing } from "../../fixtures/lane-listing.ts";
import { resumeSession } from "../../fixtures/pass-session.ts";

const PAGES = 60;

describe("LaneRunner", () => {
  it("reads every object once, and hardly a page more than there are full ones", async () => {
    const listing = await prepareListing();
    expect(await list(listing)).toBe(true);
    expect(countRead(listing)).toBe(6_000);
    expect(listing.session.countOf("company", "unchanged") + listing.session.countOf("company", "skipped")).toBe(6_000);
    expect(listing.calls.length).toBeLessThanOrEqual(PAGES + 1);
    expect(listing.session.state.lanes).toEqual([{ type: "company", read: 6_000, isDone: true }]);
  });

  it("cuts lanes where the probe says yes, and keeps the pace from then to the last page", async () => {
    const counts = { company: 40_000, contact: 0, deal: 0 };
    const listing = await prepareListing({ counts, latencyMs: 150 });
    expect(await list(listing)).toBe(true);
    expect(countRead(listing)).toBe(40_000);
    expect(listing.session.state.splittable).toEqual({ company: true });
    const [first, last] = [listing.calls[0]?.atMs ?? 0, listing.calls.at(-1)?.atMs ?? 0];
    const seconds = (last - first) / 1_000;
    // One call after the other it would be 60 s; at 17.1 calls a second it cannot be below 23.4 s.
    expect(seconds).toBeLessThan(25);
    expect(listing.calls.length).toBeLessThanOrEqual(404);
  });

  it("lets the lane with most left go first when calls have to wait, so that all end together", async () => {
    const listing = await prepareListing({ counts: { company: 2_000, contact: 1_000, deal: 0 }, share: 0.3 });
    expect(await list(listing, ["company", "contact"])).toBe(true);
    const types = listing.calls.map(({ type }) => type);
    expect(types).toHaveLength(30);
    expect(types.slice(2, 10)).toEqual(Array.from({ length: 8 }, () => "companies"));
    expect(new Set(types.slice(-3))).toEqual(new Set(["companies", "contacts"]));
  });

  it("takes the probe for the next page", async () => {
    const listing = await prepareListing({ latencyMs: 1 });
    await list(listing);
    // The tenth id before the end of the first page, and one more; then the last id that the probe has shown.
    expect(listing.calls.slice(0, 3).map(({ after }) => after)).toEqual([null, idOf(90, 1), idOf(190)]);
    expect(listing.calls).toHaveLength(PAGES + 1);
  });

  it("reads one page after the other where the probe says no", async () => {
    const listing = await prepareListing({ isSplittable: false, latencyMs: 600 });
    expect(await list(listing)).toBe(true);
    expect(countRead(listing)).toBe(6_000);
    expect(listing.session.state.splittable).toEqual({ company: false });
    const gaps = listing.calls.slice(2).map(({ atMs }, index) => atMs - (listing.calls[index + 1]?.atMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(600);
  });

  it.each([
    ["is not probed where the last pass saw fewer than five thousand objects", { company: 4_999 }, {}],
    ["is probed from five thousand on", { company: 5_000 }, { company: true }],
    ["is probed where nobody has counted before", {}, { company: true }],
  ])("a type %s", async (_name, expected, splittable) => {
    const listing = await prepareListing({}, { checkpoint: { expected } });
    await list(listing);
    expect(countRead(listing)).toBe(6_000);
    expect(listing.session.state.splittable).toEqual(splittable);
  });

  it("lists several types at once and leaves the lanes of others alone", async () => {
    const done = { type: "deal", read: 5, isDone: true } as const;
    const listing = await prepareListing(
      { counts: { company: 1_000, contact: 1_000, deal: 5 } },
      { checkpoint: { lanes: [done] } },
    );
    expect(await list(listing, ["company", "contact"])).toBe(true);
    expect(listing.calls.slice(0, 2).map(({ type }) => type)).toEqual(["companies", "contacts"]);
    expect(listing.calls.filter(({ type }) => type === "deals")).toEqual([]);
    expect(listing.session.state.lanes).toEqual([
      done,
      { type: "company", read: 1_000, isDone: true },
      { type: "contact", read: 1_000, isDone: true },
    ]);
  });
});

describe("a LaneRunner that knows the marks of the last pass", () => {
  const counts = { company: 0, contact: 40_000, deal: 0 };
  /** The last two thirds of the ids lie much further apart. */
  const uneven = { counts, stretch: 25, latencyMs: 600 };

  /** Lists a portal once to learn its marks, and answers what is about to list it again. */
  async function prepareSecond(changes: { readonly workMs?: number } = {}): Promise<Listing> {
    const first = await prepareListing({ ...uneven, latencyMs: 0 });
    await list(first, ["contact"]);
    const { marks = {} } = first.session.state;
    expect(marks.contact?.reduce((sum, [, count]) => sum + count, 0)).toBe(40_000);
    return prepareListing(uneven, { ...changes, checkpoint: { formerMarks: marks } });
  }

  it("reads uneven ids at full pace from then to the last page, and one page more than there are full ones", async () => {
    const listing = await prepareSecond();
    expect(await list(listing, ["contact"])).toBe(true);
    expect(listing.session.countOf("contact", "read")).toBe(40_000);
    expect(listing.session.state.formerMarks).toEqual({});
    const [first, last] = [listing.calls[0]?.atMs ?? 0, listing.calls.at(-1)?.atMs ?? 0];
    // At 17.1 calls a second it cannot be below 23.4 s; two calls in a row show that the lists may be cut.
    expect((last - first) / 1_000).toBeLessThan(25);
    // The probe shows ten objects once more, so the lane that it goes on in ends with a page that is not full.
    expect(listing.calls).toHaveLength(401);
  });

  it("leaves marks that tell as much, with whole pages before each", async () => {
    const listing = await prepareSecond();
    await list(listing, ["contact"]);
    const marks = (listing.session.state.marks?.contact ?? []).toSorted(
      ([left], [right]) => Number(left) - Number(right),
    );
    expect(marks.length).toBeGreaterThanOrEqual(40_000 / 700);
    expect(marks.slice(0, -1).every(([, count]) => count % 100 === 0)).toBe(true);
    expect(marks.reduce((sum, [, count]) => sum + count, 0)).toBe(40_000);
  });

  it("keeps the lanes and what was marked when its time is up", async () => {
    const listing = await prepareSecond({ workMs: 10_000 });
    expect(await list(listing, ["contact"])).toBe(false);
    const session = resumeSession(listing.session);
    expect(await list({ ...listing, session }, ["contact"])).toBe(true);
    expect(session.countOf("contact", "read")).toBe(40_000);
    expect(session.state.marks?.contact?.reduce((sum, [, count]) => sum + count, 0)).toBe(40_000);
    expect(listing.calls).toHaveLength(401);
  });

  it.each<[name: string, marks: readonly IdMark[]]>([
    ["lie behind all ids", Array.from({ length: 20 }, (_, index) => [`9${"0".repeat(15)}${index + 10}`, 300])],
    ["lie before all ids", Array.from({ length: 20 }, (_, index) => [String(index + 1), 300])],
    ["lie in the first pages", Array.from({ length: 20 }, (_, index) => [idOf(20 * index, 1), 300])],
    ["are one id", Array.from({ length: 20 }, () => [idOf(3_000), 300])],
    ["count nothing", Array.from({ length: 20 }, (_, index) => [idOf(300 * index), 0])],
    ["count far too much", Array.from({ length: 20 }, (_, index) => [idOf(300 * index), 7_000_000])],
    ["are few", [[idOf(5_999), 100]]],
  ])("reads every object once when they %s", async (_name, marks) => {
    const larger = { counts: { ...COUNTS, company: 12_000 }, latencyMs: 300 };
    const listing = await prepareListing(larger, { checkpoint: { formerMarks: { company: marks } } });
    expect(await list(listing)).toBe(true);
    expect(countRead(listing)).toBe(12_000);
    expect(listing.session.countOf("company", "unchanged") + listing.session.countOf("company", "skipped")).toBe(
      12_000,
    );
    expect(listing.session.countOf("company", "deferred")).toBe(0);
    // A lane without objects costs a call.
    expect(listing.calls.length).toBeLessThanOrEqual(120 + 12);
  });

  it("cuts nothing by them where the probe says no", async () => {
    const marks: readonly IdMark[] = Array.from({ length: 20 }, (_, index) => [idOf(300 * (index + 1)), 300]);
    const listing = await prepareListing(
      { counts: { ...COUNTS, company: 12_000 }, latencyMs: 300, isSplittable: false },
      { checkpoint: { formerMarks: { company: marks } } },
    );
    expect(await list(listing)).toBe(true);
    expect(countRead(listing)).toBe(12_000);
    expect(new Set(listing.calls.slice(2).map(({ atMs }) => atMs)).size).toBe(listing.calls.length - 2);
  });

  it("cuts nothing by them in a portal so small that a cut may cost nothing", async () => {
    const marks: readonly IdMark[] = Array.from({ length: 20 }, (_, index) => [idOf(300 * (index + 1)), 300]);
    const listing = await prepareListing({ latencyMs: 300 }, { checkpoint: { formerMarks: { company: marks } } });
    expect(await list(listing)).toBe(true);
    expect(countRead(listing)).toBe(6_000);
    expect(listing.calls).toHaveLength(PAGES + 1);
    expect(new Set(listing.calls.map(({ atMs }) => atMs)).size).toBe(listing.calls.length);
  });
});

describe("a LaneRunner whose time is up", () => {
  it.each([1, 300, 700, 1_500, 2_500])(
    "after %i ms leaves the rest to the next, which reads no page twice",
    async (workMs) => {
      const listing = await prepareListing({ latencyMs: 300 }, { workMs });
      expect(await list(listing)).toBe(false);
      const before = listing.calls.length;
      expect(countRead(listing)).toBeLessThan(6_000);
      const session = resumeSession(listing.session);
      expect(await list({ ...listing, session })).toBe(true);
      expect(countRead({ session })).toBe(6_000);
      expect(before).toBeGreaterThan(0);
      // What the probe brought ahead and lanes that were cut cost a page each at most.
      expect(listing.calls.length).toBeLessThanOrEqual(PAGES + 3);
    },
  );

  it("finishes the pages in flight, and calls no more", async () => {
    const listing = await prepareListing({ latencyMs: 600 }, { workMs: 2_500 });
    const startMs = listing.world.clock.now();
    expect(await list(listing)).toBe(false);
    expect(Math.max(...listing.calls.map(({ atMs }) => atMs - startMs))).toBeLessThan(2_500 + 600);
    const counted = listing.session.state.lanes.reduce((sum, { read }) => sum + read, 0);
    expect(counted).toBe(countRead(listing));
  });

  it("reads nothing when it was up before", async () => {
    const listing = await prepareListing({}, { workMs: 0 });
    expect(await list(listing)).toBe(false);
    expect(listing.calls).toEqual([]);
  });
});

describe("a LaneRunner that fails", () => {
  it("names the id that is out of order, and finishes what is in flight before it says so", async () => {
    const listing = await prepareListing({ latencyMs: 300, counts: { company: 6_000, contact: 6_000, deal: 0 } });
    listing.world.faults.answer = (url, answer) => {
      if (!url.pathname.endsWith("/companies") || listing.calls.length < 20) return answer;
      const page = JSON.parse(answer.body);
      return { ...answer, body: JSON.stringify({ ...page, results: page.results.toReversed() }) };
    };
    await expect(list(listing, ["company", "contact"])).rejects.toMatchObject({
      code: "badAnswer",
      message: expect.stringMatching(/^HubSpot listed company \d+ out of order after \d+; expected ascending ids$/u),
    });
    const counted = listing.session.state.lanes.reduce((sum, { read }) => sum + read, 0);
    const calls = listing.calls.length;
    await listing.world.clock.run(listing.world.clock.sleep(10_000));
    expect(listing.calls).toHaveLength(calls);
    expect(counted).toBeGreaterThan(0);
  });

  it("does not take an id again that the page before ended with", async () => {
    const listing = await prepareListing({ counts: { company: 400, contact: 0, deal: 0 } });
    let former = "";
    listing.world.faults.answer = (_url, answer) => {
      const page = JSON.parse(answer.body);
      const repeated = former === "" ? page.results : [JSON.parse(former), ...page.results];
      former = JSON.stringify(page.results.at(-1));
      return { ...answer, body: JSON.stringify({ ...page, results: repeated }) };
    };
    await expect(list(listing)).rejects.toMatchObject({ code: "badAnswer" });
    expect(countRead(listing)).toBe(100);
  });

  it("takes an empty page that is not the last one for no end of the list", async () => {
    const listing = await prepareListing({ counts: { company: 400, contact: 0, deal: 0 } });
    listing.world.faults.answer = (url, answer) =>
      url.searchParams.has("after")
        ? { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), results: [] }) }
        : answer;
    await expect(list(listing)).rejects.toMatchObject({ code: "badAnswer" });
  });

  it("leaves in the checkpoint what was compared, so that the next goes on there", async () => {
    const listing = await prepareListing({ latencyMs: 300 });
    listing.world.faults.answer = (_url, answer) =>
      listing.calls.length === 25 ? { status: 400, body: "{}" } : answer;
    await expect(list(listing)).rejects.toThrow(NonRetryableError);
    const session = resumeSession(listing.session);
    const before = countRead(listing);
    expect(before).toBeGreaterThan(1_000);
    listing.world.faults.answer = undefined;
    expect(await list({ ...listing, session })).toBe(true);
    expect(countRead({ session })).toBe(6_000);
  });
});
