import { describe, expect, it } from "vitest";
import { decideCustomer } from "../../lib/domain/customer.ts";
import { MAX_LOOKS, NO_HINT, type Decision, type Hint } from "../../lib/domain/decision.ts";
import { mapCompany } from "../../lib/domain/field-mapping.ts";
import type { Customer } from "../../lib/domain/record.ts";
import { isOutdated, keep, keepOutdated, settleDraft } from "../../lib/domain/verdict.ts";
import { NOW_MS, sampleCompany, sampleContext, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { sampleCustomer } from "../fixtures/sample-records.ts";

const FLIGHT_MS = 20 * 60_000;
const property: Hint = { at: { property: 1 }, looks: 0 };

/** A customer that holds what HubSpot had before, with name A. */
const storedA = sampleCustomer("1", {
  fields: mapCompany(sampleCompany("1", { name: "A" })),
  fence: { sourceUpdatedAtMs: UPDATED_AT_MS, readAtMs: UPDATED_AT_MS },
});

interface Read {
  readonly name: string;
  readonly updatedAtMs: number;
  readonly readAtMs: number;
}

function decide(stored: Customer, read: Read, options: { hint?: Hint; nowMs?: number } = {}): Decision<Customer> {
  const object = sampleCompany("1", { name: read.name, updatedAtMs: read.updatedAtMs });
  const observed = { kind: "live", readAtMs: read.readAtMs, object } as const;
  const context = sampleContext(options.hint ?? property, { nowMs: options.nowMs ?? NOW_MS });
  return decideCustomer({ companyId: "1", observed, stored, context });
}

describe("settleDraft", () => {
  it("keeps the older read out when a value went there and back (ABA)", () => {
    const slowB = { name: "B", updatedAtMs: UPDATED_AT_MS + 10, readAtMs: UPDATED_AT_MS + 20 };
    const fastA = { name: "A", updatedAtMs: UPDATED_AT_MS + 30, readAtMs: UPDATED_AT_MS + 40 };
    const touched = decide(storedA, fastA);
    expect(touched).toMatchObject({ kind: "write", isTouch: true, record: { revision: 2 } });
    if (touched.kind !== "write") return;
    expect(touched.record.fence).toEqual({ sourceUpdatedAtMs: fastA.updatedAtMs, readAtMs: fastA.readAtMs });
    expect(decide(touched.record, slowB)).toEqual({ kind: "keep" });
  });

  it.each([
    ["touches while a worker may hold the older value", FLIGHT_MS - 1, "write"],
    ["writes nothing once no worker can hold it", FLIGHT_MS, "keep"],
  ])("%s", (_name, ageMs, kind) => {
    const read = { name: "A", updatedAtMs: UPDATED_AT_MS + 1, readAtMs: UPDATED_AT_MS + ageMs };
    expect(decide(storedA, read, { nowMs: read.updatedAtMs + ageMs }).kind).toBe(kind);
  });

  it("takes nothing away by what was only listed, and asks to read it once more", () => {
    const excluded = sampleCustomer("1", { state: "excluded" });
    const draft = { stored: excluded, fence: { sourceUpdatedAtMs: 1, readAtMs: NOW_MS }, fields: [], again: undefined };
    const verdict = { state: "deleted", reason: { code: "deletedInHubSpot" } } as const;
    const settle = (isListed: boolean): Decision<Customer> =>
      settleDraft(
        { ...draft, verdict, context: { ...sampleContext(property), isListed } },
        (bookkeeping): Customer => ({ ...excluded, ...verdict, ...bookkeeping }),
      );
    expect(settle(true)).toEqual({ kind: "keep", again: "onlyListed" });
    expect(settle(false)).toMatchObject({ kind: "write", record: verdict });
  });

  it("writes nothing for equal content with an equal stamp", () => {
    expect(decide(storedA, { name: "A", updatedAtMs: UPDATED_AT_MS, readAtMs: NOW_MS })).toEqual({ kind: "keep" });
  });

  it("touches for equal content after an event that moves no stamp", () => {
    const read = { name: "A", updatedAtMs: UPDATED_AT_MS, readAtMs: NOW_MS };
    const hint = { at: { association: NOW_MS - 1000 }, looks: 0 };
    expect(decide(storedA, read, { hint })).toMatchObject({ isTouch: true });
  });

  it("keeps times and history of a touched record", () => {
    const read = { name: "A", updatedAtMs: UPDATED_AT_MS + 1, readAtMs: NOW_MS };
    const decision = decide(storedA, read);
    const fence = { sourceUpdatedAtMs: UPDATED_AT_MS + 1, readAtMs: NOW_MS };
    expect(decision.kind === "write" && decision.record).toEqual({ ...storedA, fence, revision: 2 });
  });

  it("writes a difference and asks to look again when the read looks old", () => {
    const read = { name: "B", updatedAtMs: UPDATED_AT_MS + 1, readAtMs: NOW_MS };
    const hint = { at: { property: UPDATED_AT_MS + 2 }, looks: 0 };
    const written = { kind: "write", isTouch: false, again: "readOlderThanEvent", record: { fields: { name: "B" } } };
    expect(decide(storedA, read, { hint })).toMatchObject(written);
  });
});

describe("settleDraft of a record that is not stored under its id", () => {
  const verdict = { state: "linked" } as const;
  const { fence } = storedA;
  const settle = (stored: Customer | undefined) =>
    settleDraft<Customer>(
      { stored, fence, context: sampleContext(), verdict, fields: [], again: undefined },
      (bookkeeping) => ({ ...storedA, ...bookkeeping }),
    );

  it("writes it at first sight, and history tells the state it came in", () => {
    const fields = [{ field: "state", to: "linked" }];
    for (const stored of [undefined, { ...storedA, revision: 0 }])
      expect(settle(stored)).toMatchObject({ kind: "write", record: { revision: 1, history: [{ fields }] } });
  });

  it("writes nothing once it is stored so", () => {
    expect(settle(storedA)).toEqual({ kind: "keep" });
  });
});

describe("keep", () => {
  it("says whether to look again only when it is to be", () => {
    expect(Object.keys(keep())).toEqual(["kind"]);
    expect(keep("stillThere")).toEqual({ kind: "keep", again: "stillThere" });
  });
});

describe("isOutdated", () => {
  const { fence } = storedA;

  it.each([
    ["an older stamp", { sourceUpdatedAtMs: UPDATED_AT_MS - 1, readAtMs: NOW_MS }, true],
    ["the same stamp read earlier", { ...fence, readAtMs: fence.readAtMs - 1 }, true],
    ["the very same read", fence, true],
    ["the same stamp read later", { ...fence, readAtMs: fence.readAtMs + 1 }, false],
    ["a newer stamp", { sourceUpdatedAtMs: UPDATED_AT_MS + 1, readAtMs: 0 }, false],
  ])("of %s is decided by the fence", (_name, read, expected) => {
    expect(isOutdated(storedA, read)).toBe(expected);
  });

  it("never holds where nothing is stored yet", () => {
    expect(isOutdated(undefined, fence)).toBe(false);
    expect(isOutdated({ ...storedA, revision: 0 }, fence)).toBe(false);
  });
});

describe("keepOutdated", () => {
  it.each<[name: string, hint: Hint, decision: Decision<never>]>([
    ["drops it after a property event", property, { kind: "keep" }],
    ["drops it in a pass", NO_HINT, { kind: "keep" }],
    [
      "looks again after an event without a stamp",
      { at: { deleted: 1 }, looks: MAX_LOOKS - 1 },
      keep("olderThanStored"),
    ],
    ["drops it after the last look", { at: { deleted: 1 }, looks: MAX_LOOKS }, { kind: "keep" }],
  ])("%s", (_name, hint, decision) => {
    expect(keepOutdated(sampleContext(hint))).toEqual(decision);
    expect(keepOutdated(sampleContext(hint), { changes: [] })).toEqual(decision);
  });

  it("looks again whenever it knows of a merge that the stored record does not", () => {
    const changes = [{ field: "absorbed", to: "1" }];
    expect(keepOutdated(sampleContext(NO_HINT), { changes })).toEqual(keep("olderThanStored"));
  });
});
