import { describe, expect, it } from "vitest";
import { MOST_MARKS, type IdMark } from "../../../lib/domain/id-marks.ts";
import { MOST_LANES } from "../../../lib/sync/pass/lane-set.ts";
import type { PassSession } from "../../../lib/sync/pass/pass-session.ts";
import type { PassCheckpoint } from "../../../lib/sync/pass/pass-types.ts";
import { createGeneratedStore } from "../../bench/pass/generated-store.ts";
import type { UnchangedNight } from "../../bench/pass/unchanged-pass.ts";
import { countRead, COUNTS, idOf, list, prepareListing } from "../../fixtures/lane-listing.ts";
import type { VirtualClock } from "../../hubspot/virtual-clock.ts";

const LARGE_COUNTS = { ...COUNTS, company: 40_000 };

/** A table that does something before each customer, such as taking its time. */
const storeBefore =
  (act: (clock: VirtualClock) => Promise<void> | void): NonNullable<UnchangedNight["storeFor"]> =>
  (records, clock) => {
    const store = createGeneratedStore(records);
    return {
      ...store,
      async *streamCustomers(range) {
        for await (const customer of store.streamCustomers(range)) {
          await act(clock);
          yield customer;
        }
      },
    };
  };

/** Lanes of a page each, side by side, none of them begun. */
const lanesOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    type: "company" as const,
    read: 0,
    isDone: false,
    ...(index > 0 && { doneId: idOf(100 * index), after: idOf(100 * index) }),
    ...(index < count - 1 && { toId: idOf(100 * (index + 1)) }),
  }));

describe("LaneRunner", () => {
  it("begins a type that a former invocation had no lane of, beside one that it had", async () => {
    const [lane] = lanesOf(1);
    const counts = { company: 300, contact: 300, deal: 0 };
    const listing = await prepareListing({ counts }, { checkpoint: { lanes: lane === undefined ? [] : [lane] } });
    expect(await list(listing, ["company", "contact"])).toBe(true);
    expect(listing.session.countOf("contact", "read")).toBe(300);
  });

  it("reads twelve lanes at once, and the others as soon as those end", async () => {
    const waiting = 8;
    const lanes = lanesOf(MOST_LANES + waiting);
    const counts = { ...COUNTS, company: 100 * lanes.length };
    const listing = await prepareListing({ counts, latencyMs: 3_000 }, { checkpoint: { lanes } });
    expect(await list(listing)).toBe(true);
    expect(countRead(listing)).toBe(counts.company);
    expect(listing.calls).toHaveLength(lanes.length);
    const begunAtMs = listing.calls.map(({ atMs }) => atMs);
    const endedAtMs = begunAtMs.map((atMs) => atMs + 3_000);
    expect(begunAtMs.filter((atMs) => atMs < (endedAtMs[0] ?? 0))).toHaveLength(MOST_LANES);
    expect(begunAtMs.slice(MOST_LANES)).toEqual(endedAtMs.slice(0, waiting));
  });

  it("cuts a lane where comparing takes as long as five calls, and keeps the pace", async () => {
    const storeFor = storeBefore((clock) => clock.sleep(1));
    const listing = await prepareListing({ counts: LARGE_COUNTS, latencyMs: 20, storeFor });
    expect(await list(listing)).toBe(true);
    const [first, last] = [listing.calls[0]?.atMs ?? 0, listing.calls.at(-1)?.atMs ?? 0];
    // At 17.1 calls a second it cannot be below 23.3 s.
    expect((last - first) / 1_000).toBeLessThan(23.6);
  });

  it("cuts none where one lane keeps the pace all the same", async () => {
    const storeFor = storeBefore((clock) => clock.sleep(0.4));
    const listing = await prepareListing({ counts: LARGE_COUNTS, latencyMs: 10, storeFor });
    expect(await list(listing)).toBe(true);
    expect(listing.calls).toHaveLength(LARGE_COUNTS.company / 100 + 1);
  });

  it("keeps no longer what it has learnt from than it keeps the lanes that came of it", async () => {
    const seen: PassCheckpoint[] = [];
    const sessions: PassSession[] = [];
    const storeFor = storeBefore(() => {
      if (seen.length === 0) seen.push(...sessions.map(({ state }) => state));
    });
    const company = Array.from({ length: 20 }, (_, index): IdMark => [idOf(1_000 * (index + 1)), 1_000]);
    const night = { counts: { ...COUNTS, company: 20_000 }, latencyMs: 300, storeFor };
    const listing = await prepareListing(night, { checkpoint: { formerMarks: { company } } });
    sessions.push(listing.session);
    await list(listing);
    expect(seen[0]?.formerMarks).toEqual({});
    expect(seen[0]?.lanes.length).toBeGreaterThan(1);
  });

  it("probes nothing where the first page is the last", async () => {
    const listing = await prepareListing({ counts: { ...COUNTS, company: 50 } }, { checkpoint: { expected: {} } });
    expect(await list(listing)).toBe(true);
    expect(listing.calls).toHaveLength(1);
    expect(listing.session.state.splittable).toEqual({});
  });

  it("keeps only so many marks", async () => {
    const company = Array.from({ length: MOST_MARKS - 1 }, (_, index): IdMark => [String(index + 1), 1]);
    const listing = await prepareListing({}, { checkpoint: { marks: { company } } });
    await list(listing);
    expect(listing.session.state.marks?.company).toHaveLength(MOST_MARKS);
  });

  it.each([
    ["ids in descending order", undefined, /^HubSpot listed company \d+ out of order after the start; expected/u],
    ["an empty page", [], /^HubSpot listed an empty company page that is not the last one$/u],
  ])("says what is wrong with %s at the start", async (_name, results, message) => {
    const listing = await prepareListing();
    listing.world.faults.answer = (_url, answer) => {
      const page = JSON.parse(answer.body);
      return { ...answer, body: JSON.stringify({ ...page, results: results ?? page.results.toReversed() }) };
    };
    await expect(list(listing)).rejects.toMatchObject({ code: "badAnswer", message: expect.stringMatching(message) });
  });
});
