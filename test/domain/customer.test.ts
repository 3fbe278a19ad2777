import { describe, expect, it } from "vitest";
import { decideCustomer, holdCustomer } from "../../lib/domain/customer.ts";
import { MAX_LOOKS, NO_HINT, type Hint } from "../../lib/domain/decision.ts";
import type { Customer } from "../../lib/domain/record.ts";
import { REPLICA_LAG_MS } from "../../lib/domain/suspicion.ts";
import { describeDecision, findGaps, pick, readTable } from "../fixtures/decision-table.ts";
import { SEEN_COMPANIES, STORED_CUSTOMERS } from "../fixtures/life-cases.ts";
import { NOW_MS, sampleCompany, sampleContext, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { sampleCustomer, sampleUntransferred } from "../fixtures/sample-records.ts";

/** "Life of a record" for customers: a sighting (row) meets what is stored (column). See `readTable`. */
const LIFE = `
                   | reason             | nothing   | linked    | excluded+ | deleted+  | failing+  | excluded- | deleted-  | failing-  | detached | merged
eligible           |                    | linked*   | linked*   | linked*   | linked*   | linked*   | linked*   | linked*   | linked*   | touch    | =
excluded           | excludedByProperty | excluded- | excluded+ | touch     | excluded+ | excluded+ | touch     | excluded- | excluded- | touch    | =
archived           | deletedInHubSpot   | deleted-  | deleted+  | deleted+  | touch     | deleted+  | deleted-  | touch     | deleted-  | =        | =
absorbed           | absorbedBy         | merged-   | merged-   | merged-   | merged-   | merged-   | merged-   | merged-   | merged-   | =        | =
missing            | goneFromHubSpot    | =         | deleted+  | deleted+  | deleted+  | deleted+  | deleted-  | deleted-  | deleted-  | =        | =
missing at first   |                    | ?         | ?         | ?         | ?         | ?         | ?         | ?         | ?         | =        | =
outdated           |                    | linked*   | =         | =         | =         | =         | =         | =         | =         | =        | =
outdated exclusion | excludedByProperty | excluded- | =         | =         | =         | =         | =         | =         | =         | =        | =
outdated deletion  | deletedInHubSpot   | deleted-  | =         | =         | =         | =         | =         | =         | =         | =        | =
`;

type HintRow = [name: string, at: Hint["at"], row: Readonly<Record<string, string>>];

describe("decideCustomer", () => {
  it("has a cell for every sighting of everything that may be stored", () => {
    expect(findGaps(readTable(LIFE), { seen: SEEN_COMPANIES, stored: STORED_CUSTOMERS })).toEqual([]);
  });

  it.each(readTable(LIFE))("on $sighting, stored $stored: $expected", ({ sighting, stored: column, expected }) => {
    const { stored } = pick(STORED_CUSTOMERS, column);
    const decision = decideCustomer({ companyId: "1", stored, ...pick(SEEN_COMPANIES, sighting) });
    expect(describeDecision(decision, stored)).toBe(expected);
  });

  const kinds = ["created", "association", "merged", "follow", "resync"] as const;
  const linked = sampleCustomer("1", { customerNumber: "K-1" });
  const readAtMs = NOW_MS - 500;

  it.each<HintRow>([
    ...kinds.map((kind): HintRow => [
      kind,
      { [kind]: 1 },
      { eligible: "linked*", archived: "deleted+ deletedInHubSpot" },
    ]),
    [
      "property, newer than the read",
      { property: NOW_MS },
      { eligible: "linked*?", archived: "deleted+ deletedInHubSpot" },
    ],
    ["deleted", { deleted: 1 }, { eligible: "?", archived: "deleted+ deletedInHubSpot" }],
    ["restored", { restored: 1 }, { eligible: "linked*", archived: "?" }],
    [
      "merged, within the replicas' lag",
      { merged: readAtMs - REPLICA_LAG_MS + 1 },
      { eligible: "linked*?", archived: "deleted+ deletedInHubSpot" },
    ],
    [
      "merged, when the lag is over",
      { merged: readAtMs - REPLICA_LAG_MS },
      { eligible: "linked*", archived: "deleted+ deletedInHubSpot" },
    ],
    ["attach", { attach: 1 }, { eligible: "linked*", archived: "deleted+ deletedInHubSpot" }],
  ])("after the event %s believes what fits it and looks again otherwise", (_name, at, row) => {
    for (const [sighting, expected] of Object.entries({
      ...row,
      "missing at first": "?",
      absorbed: "merged- absorbedBy",
    })) {
      const { observed } = pick(SEEN_COMPANIES, sighting);
      const context = sampleContext({ at, looks: 0 });
      expect(describeDecision(decideCustomer({ companyId: "1", stored: linked, observed, context }), linked)).toBe(
        expected,
      );
    }
  });

  it.each([
    ["detached", "eligible", "linked*"],
    ["detached", "excluded", "excluded+ excludedByProperty"],
    ["detached", "archived", "deleted+ deletedInHubSpot"],
    ["merged", "eligible", "linked*"],
  ])("lets an attach bring a %s customer back when it is %s: %s", (column, sighting, expected) => {
    const { stored } = pick(STORED_CUSTOMERS, column);
    const { observed } = pick(SEEN_COMPANIES, sighting);
    const context = sampleContext({ at: { attach: 1 }, looks: 0 });
    const decision = decideCustomer({ companyId: "1", stored, observed, context });
    expect(describeDecision(decision, stored)).toBe(expected);
    const { customerNumber = "1" } = stored ?? {};
    expect(decision).toMatchObject({ record: { isFollowUpDue: true } });
    expect(decision.kind === "write" && decision.record.customerNumber).toBe(customerNumber);
  });

  const now = { sourceUpdatedAtMs: UPDATED_AT_MS, readAtMs };
  it.each<[name: string, wasExcluded: boolean, exclusion: string, expected: object]>([
    [
      "that HubSpot excludes since",
      false,
      "no",
      { record: { state: "detached", isExcludedInHubSpot: true, fence: now } },
    ],
    ["that HubSpot excludes as before", true, "no", { kind: "keep" }],
    ["that HubSpot excludes no longer", true, "", { record: { state: "detached", isFollowUpDue: true, fence: now } }],
    ["that HubSpot has never excluded", false, "", { kind: "keep" }],
  ])("notes of a detached customer %s only what is new", (...[, wasExcluded, exclusion, expected]) => {
    const object = sampleCompany("1", { exclusion });
    const fence = { sourceUpdatedAtMs: object.updatedAtMs, readAtMs: readAtMs - 3_600_000 };
    const noted = wasExcluded ? { isExcludedInHubSpot: true as const } : {};
    const stored = sampleCustomer("1", { state: "detached", reason: { code: "detachedByAdmin" }, fence, ...noted });
    const observed = { kind: "live", readAtMs, object } as const;
    const context = sampleContext({ at: { property: 1 }, looks: 0 });
    const decision = decideCustomer({ companyId: "1", stored, observed, context });
    expect(decision).toMatchObject(expected);
  });

  it.each<[name: string, at: Hint["at"], exclusion: string, kind: "keep" | "write", again: string | undefined]>([
    ["that was merged just now", { merged: NOW_MS }, "no", "write", "perhapsOlder"],
    ["of which nothing is new after a merge", { merged: NOW_MS }, "", "keep", "perhapsOlder"],
    ["that was restored just now", { restored: NOW_MS }, "", "write", "perhapsOlder"],
    ["that was changed", { property: 1 }, "no", "write", undefined],
  ])("looks again at the company of a detached customer %s, or not", (...[, at, exclusion, kind, again]) => {
    const object = sampleCompany("1", { exclusion });
    const fence = { sourceUpdatedAtMs: object.updatedAtMs, readAtMs: kind === "keep" ? readAtMs : readAtMs - 1 };
    const stored = sampleCustomer("1", { state: "detached", reason: { code: "detachedByAdmin" }, fence });
    const observed = { kind: "live", readAtMs, object } as const;
    const decision = decideCustomer({ companyId: "1", stored, observed, context: sampleContext({ at, looks: 0 }) });
    expect([decision.kind, decision.again]).toEqual([kind, again]);
    expect("again" in decision).toBe(again !== undefined);
  });

  it.each<[name: string, hint: Hint, sinceMs: number, expected: string]>([
    ["not by a late update within the replicas' lag", { at: { property: 1 }, looks: 0 }, REPLICA_LAG_MS - 1, "?"],
    ["by a live read clearly after it", { at: { property: 1 }, looks: 0 }, REPLICA_LAG_MS, "linked*"],
    ["by a restore event at once, and looks once more", { at: { restored: NOW_MS }, looks: 0 }, 1, "linked*?"],
    ["not by a restore event from before it was read", { at: { restored: 1 }, looks: 0 }, REPLICA_LAG_MS - 1, "?"],
    ["not by a pass within the lag either", { at: {}, looks: MAX_LOOKS }, REPLICA_LAG_MS - 1, "?"],
    ["by an admin's attach", { at: { attach: 1 }, looks: 0 }, 1, "linked*"],
  ])("revives a deleted customer %s", (...[, hint, sinceMs, expected]) => {
    const fence = { sourceUpdatedAtMs: linked.fence.sourceUpdatedAtMs, readAtMs: readAtMs - sinceMs };
    const stored = sampleCustomer("1", { state: "deleted", reason: { code: "deletedInHubSpot" }, fence });
    const { observed } = pick(SEEN_COMPANIES, "eligible");
    const decision = decideCustomer({ companyId: "1", stored, observed, context: sampleContext(hint) });
    expect(describeDecision(decision, stored)).toBe(expected);
  });

  it.each<[name: string, hint: Hint, sighting: "missing" | "archived", sinceMs: number, expected: string]>([
    ["missing within the replicas' lag", NO_HINT, "missing", REPLICA_LAG_MS - 1, "?"],
    ["missing clearly later", NO_HINT, "missing", REPLICA_LAG_MS, "deleted+ goneFromHubSpot"],
    ["missing within the lag after its deletion", { at: { deleted: NOW_MS }, looks: MAX_LOOKS }, "missing", 1, "?"],
    ["archived within the lag", NO_HINT, "archived", REPLICA_LAG_MS - 1, "?"],
    ["archived since", { at: { deleted: NOW_MS }, looks: 0 }, "archived", 1, "deleted+ deletedInHubSpot"],
    ["archived before it was read", { at: { deleted: 1 }, looks: 0 }, "archived", REPLICA_LAG_MS - 1, "?"],
  ])("believes a read that misses a customer or not: %s", (...[, hint, sighting, sinceMs, expected]) => {
    const fence = { sourceUpdatedAtMs: 1, readAtMs: readAtMs - sinceMs };
    const stored = sampleCustomer("1", { fence });
    const { observed } = pick(SEEN_COMPANIES, sighting);
    const decision = decideCustomer({ companyId: "1", stored, observed, context: sampleContext(hint) });
    expect(describeDecision(decision, stored)).toBe(expected);
  });

  it.each<[name: string, stored: Customer | undefined, sighting: string, isFollowUpDue: boolean]>([
    ["on its first sight, when nothing depends on it yet", undefined, "eligible", false],
    ["when only its fields change", linked, "eligible", false],
    ["when it is excluded", linked, "excluded", true],
    ["when it comes back", sampleCustomer("1", { state: "excluded" }), "eligible", true],
    ["when it is transferred after an exclusion", sampleUntransferred("1"), "eligible", true],
    ["when it is deleted", linked, "archived", true],
    ["while an earlier turn is still to be followed up", { ...linked, isFollowUpDue: true }, "eligible", true],
  ])("marks that contacts and deals have to follow %s", (...[, stored, sighting, isFollowUpDue]) => {
    const decision = decideCustomer({ companyId: "1", stored, ...pick(SEEN_COMPANIES, sighting) });
    expect(decision).toMatchObject({ kind: "write", record: { isFollowUpDue } });
  });

  it("follows up for a survivor seen for the first time, for no event tells contacts and deals of it", () => {
    const observed = { kind: "live", readAtMs, object: sampleCompany("1", { mergedIds: ["2"] }) } as const;
    const decision = decideCustomer({ companyId: "1", stored: undefined, observed, context: sampleContext() });
    expect(decision).toMatchObject({ record: { isFollowUpDue: true } });
  });

  it.each([
    ["came before anything was stored", undefined],
    ["nobody has heard of", { isFollowUpDue: false }],
  ])("follows up for a restored company whose deletion %s, however late: its associations are back", (_name, kept) => {
    const seen = pick(SEEN_COMPANIES, "eligible");
    const first = decideCustomer({ companyId: "1", stored: undefined, ...seen });
    const stored = first.kind === "write" && kept !== undefined ? { ...first.record, ...kept } : undefined;
    const observed = { ...seen.observed, readAtMs: readAtMs + 1 };
    const context = sampleContext({ at: { restored: 1 }, looks: 0 });
    const decision = decideCustomer({ companyId: "1", stored, observed, context });
    expect(decision).toMatchObject({ kind: "write", isTouch: stored !== undefined, record: { isFollowUpDue: true } });
  });

  it("writes nothing for a restored company that is still to be followed up", () => {
    const seen = pick(SEEN_COMPANIES, "eligible");
    const first = decideCustomer({ companyId: "1", stored: undefined, ...seen });
    if (first.kind !== "write") throw new TypeError("the customer was not written");
    const stored = { ...first.record, isFollowUpDue: true };
    const observed = { ...seen.observed, readAtMs: readAtMs + 1 };
    const context = sampleContext({ at: { restored: 1 }, looks: 0 });
    expect(decideCustomer({ companyId: "1", stored, observed, context })).toEqual({ kind: "keep" });
  });

  it("names the raw value that excludes, trimmed", () => {
    const observed = { kind: "live", readAtMs, object: sampleCompany("1", { exclusion: " Nein " }) } as const;
    const decision = decideCustomer({ companyId: "1", stored: undefined, observed, context: sampleContext() });
    const reason = { code: "excludedByProperty", property: "zep", value: "Nein" };
    expect(decision).toMatchObject({ record: { state: "excluded", reason } });
  });

  it("leaves number and time of creation of a customer to whoever owns them", () => {
    const decision = decideCustomer({ companyId: "1", stored: linked, ...pick(SEEN_COMPANIES, "eligible") });
    expect(decision).toMatchObject({ record: { customerNumber: "K-1", createdAtMs: linked.createdAtMs } });
  });
});

describe("holdCustomer", () => {
  const holder = { number: "1", holderId: "4", holderName: "Bäckerei 4" };
  const seen = pick(SEEN_COMPANIES, "eligible");

  it("tells who has the number and transfers nothing", () => {
    const decision = holdCustomer({ companyId: "1", stored: undefined, ...seen }, holder);
    const reason = { code: "numberTaken", ...holder };
    expect(decision).toMatchObject({ kind: "write", record: { state: "failing", reason, revision: 1 } });
    expect(describeDecision(decision, undefined)).toBe("failing- numberTaken");
    expect(decision.kind === "write" && decision.record.customerNumber).toBeUndefined();
  });

  it("does not tell it again", () => {
    const first = holdCustomer({ companyId: "1", stored: undefined, ...seen }, holder);
    const stored = first.kind === "write" ? first.record : undefined;
    expect(holdCustomer({ companyId: "1", stored, ...seen }, holder)).toEqual({ kind: "keep" });
  });
});
