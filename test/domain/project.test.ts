import { describe, expect, it } from "vitest";
import { MAX_LOOKS, NO_HINT, type Hint } from "../../lib/domain/decision.ts";
import type { Customer, Project, Reason } from "../../lib/domain/record.ts";
import { decideProject, findPrimaryCompanyId, holdProject, NEW_PROJECT_OWN_FIELDS } from "../../lib/domain/project.ts";
import { REPLICA_LAG_MS } from "../../lib/domain/suspicion.ts";
import { describeDecision, findGaps, pick, readTable } from "../fixtures/decision-table.ts";
import { SEEN_DEALS, STORED_PROJECTS } from "../fixtures/life-cases.ts";
import { NOW_MS, primaryLink, sampleContext, sampleDeal } from "../fixtures/sample-objects.ts";
import { sampleCustomer, sampleProject } from "../fixtures/sample-records.ts";

/** "Life of a record" for projects with data: a sighting (row) meets what is stored (column). See `readTable`. */
const WITH_DATA = `
                        | reason           | linked      | excluded+   | outOfStage+ | waiting+    | deleted+    | failing+    | detached
eligible                |                  | linked*     | linked*     | linked*     | linked*     | linked*     | linked*     | =
customer failing        |                  | linked*     | linked*     | linked*     | linked*     | linked*     | linked*     | =
customer detached       |                  | linked*     | linked*     | linked*     | linked*?    | linked*     | linked*     | =
customer excluded       | customerExcluded | excluded+   | touch       | excluded+   | excluded+   | excluded+   | excluded+   | =
customer excluded entry | customerExcluded | excluded+   | touch       | excluded+   | excluded+   | excluded+   | excluded+   | =
customer deleted        | customerDeleted  | waiting+    | waiting+    | waiting+    | waiting+    | waiting+    | waiting+    | =
customer held           | customerNotHere  | waiting+    | waiting+    | waiting+    | waiting+    | waiting+    | waiting+    | =
customer merged         | customerNotHere  | waiting+    | waiting+    | waiting+    | waiting+    | waiting+    | waiting+    | =
customer unseen         | customerNotHere  | waiting+    | waiting+    | waiting+    | waiting+    | waiting+    | waiting+    | =
no company              | noCompany        | waiting+    | waiting+    | waiting+    | touch       | waiting+    | waiting+    | =
no primary company      | noCompany        | waiting+    | waiting+    | waiting+    | touch       | waiting+    | waiting+    | =
out of stage            | stageNotSelected | outOfStage+ | outOfStage+ | touch       | outOfStage+ | outOfStage+ | outOfStage+ | =
archived                | deletedInHubSpot | deleted+    | deleted+    | deleted+    | deleted+    | touch       | deleted+    | =
absorbed                | absorbedBy       | merged-     | merged-     | merged-     | merged-     | merged-     | merged-     | =
missing                 | goneFromHubSpot  | deleted+    | deleted+    | deleted+    | deleted+    | deleted+    | deleted+    | =
missing at first        |                  | ?           | ?           | ?           | ?           | ?           | ?           | =
outdated                |                  | =           | =           | =           | =           | =           | =           | =
outdated deletion       |                  | =           | =           | =           | =           | =           | =           | =
`;

/** The same for deals that never became projects, and for pointers. */
const WITHOUT_DATA = `
                        | reason           | nothing     | excluded-   | outOfStage- | waiting-    | deleted-    | failing-    | merged
eligible                |                  | linked*     | linked*     | linked*     | linked*     | linked*     | linked*     | =
customer failing        |                  | linked*     | linked*     | linked*     | linked*     | linked*     | linked*     | =
customer detached       |                  | linked*?    | linked*     | linked*?    | linked*?    | linked*?    | linked*?    | =
customer excluded       | customerExcluded | excluded-   | touch       | excluded-   | excluded-   | excluded-   | excluded-   | =
customer excluded entry | customerExcluded | excluded-   | touch       | excluded-   | excluded-   | excluded-   | excluded-   | =
customer deleted        | customerDeleted  | waiting-    | waiting-    | waiting-    | waiting-    | waiting-    | waiting-    | =
customer held           | customerNotHere  | waiting-    | waiting-    | waiting-    | waiting-    | waiting-    | waiting-    | =
customer merged         | customerNotHere  | waiting-    | waiting-    | waiting-    | waiting-    | waiting-    | waiting-    | =
customer unseen         | customerNotHere  | waiting-    | waiting-    | waiting-    | waiting-    | waiting-    | waiting-    | =
no company              | noCompany        | waiting-    | waiting-    | waiting-    | touch       | waiting-    | waiting-    | =
no primary company      | noCompany        | waiting-    | waiting-    | waiting-    | touch       | waiting-    | waiting-    | =
out of stage            | stageNotSelected | outOfStage- | outOfStage- | outOfStage- | outOfStage- | outOfStage- | outOfStage- | =
archived                | deletedInHubSpot | deleted-    | deleted-    | deleted-    | deleted-    | touch       | deleted-    | =
absorbed                | absorbedBy       | merged-     | merged-     | merged-     | merged-     | merged-     | merged-     | =
missing                 | goneFromHubSpot  | =           | deleted-    | deleted-    | deleted-    | deleted-    | deleted-    | =
missing at first        |                  | ?           | ?           | ?           | ?           | ?           | ?           | =
outdated                |                  | linked*     | =           | =           | =           | =           | =           | =
outdated deletion       | deletedInHubSpot | deleted-    | =           | =           | =           | =           | =           | =
`;

const readAtMs = NOW_MS - 500;

/** Deal 5, stored at company 1 a moment ago, is seen at company 2. */
function decideMove(given: {
  readonly stored: Partial<Project>;
  readonly hint?: Hint;
  readonly absorbedIds?: readonly string[];
}): string {
  const stored = sampleProject("5", "1", {
    fence: { sourceUpdatedAtMs: 1, readAtMs: readAtMs - 1 },
    ...given.stored,
  });
  const customer = sampleCustomer("2", { absorbedIds: given.absorbedIds ?? [] });
  const observed = { kind: "live", readAtMs, object: sampleDeal("5") } as const;
  const context = sampleContext(given.hint ?? { at: { property: 1 }, looks: 0 });
  const seen = { observed, links: [primaryLink("2")], customer, context };
  return describeDecision(decideProject({ dealId: "5", stored, ...seen }), stored);
}

const atIt = sampleProject("5", "1", { fence: { sourceUpdatedAtMs: 1, readAtMs: 1 } });

describe("decideProject", () => {
  const cells = [...readTable(WITH_DATA), ...readTable(WITHOUT_DATA)];

  it("has a cell for every sighting of everything that may be stored", () => {
    expect(findGaps(cells, { seen: SEEN_DEALS, stored: STORED_PROJECTS })).toEqual([]);
  });

  it.each(cells)("on $sighting, stored $stored: $expected", ({ sighting, stored: column, expected }) => {
    const { stored } = pick(STORED_PROJECTS, column);
    const decision = decideProject({ dealId: "5", stored, ...pick(SEEN_DEALS, sighting) });
    expect(describeDecision(decision, stored)).toBe(expected);
  });

  it.each(["excluded+", "outOfStage+", "waiting+", "deleted+", "failing+"])(
    "goes on with the same project when it comes back from %s",
    (column) => {
      const { stored } = pick(STORED_PROJECTS, column);
      const decision = decideProject({ dealId: "5", stored, ...pick(SEEN_DEALS, "eligible") });
      const { createdAtMs, own } = sampleProject("5", "1");
      expect(decision).toMatchObject({ record: { shortForm: "UMBAU", own, createdAtMs, revision: 2 } });
    },
  );

  it("gives a new project the deal id as short form and nothing of ZEP's own fields but the start", () => {
    const decision = decideProject({ dealId: "5", stored: undefined, ...pick(SEEN_DEALS, "eligible") });
    expect(decision).toMatchObject({
      record: { shortForm: "5", own: NEW_PROJECT_OWN_FIELDS, dependsOnCompanyId: "1" },
    });
  });

  it("remembers the company of a deal outside the stages, and of an excluded one, so that it is found when that turns", () => {
    for (const sighting of ["out of stage", "customer excluded", "customer unseen", "customer held"]) {
      const decision = decideProject({ dealId: "5", stored: undefined, ...pick(SEEN_DEALS, sighting) });
      expect(decision).toMatchObject({ record: { dependsOnCompanyId: "1" } });
    }
  });

  it("keeps the customer of a project that loses its company", () => {
    const stored = sampleProject("5", "1");
    const decision = decideProject({ dealId: "5", stored, ...pick(SEEN_DEALS, "no company") });
    expect(decision).toMatchObject({ record: { state: "waiting", fields: stored.fields } });
    expect(decision.kind === "write" && decision.record).not.toHaveProperty("dependsOnCompanyId");
  });

  it("follows a merged company to its survivor", () => {
    const seen = { ...pick(SEEN_DEALS, "eligible"), customer: sampleCustomer("90") };
    const decision = decideProject({ dealId: "5", stored: undefined, ...seen });
    expect(decision).toMatchObject({ record: { dependsOnCompanyId: "90", fields: { companyId: "90" } } });
  });

  it.each<[name: string, hint: Hint, sinceMs: number, expected: string]>([
    ["that no event explains and the replicas' lag may", { at: { property: 1 }, looks: 0 }, REPLICA_LAG_MS - 1, "?"],
    ["that came clearly later", { at: { property: 1 }, looks: 0 }, REPLICA_LAG_MS, "linked*"],
    [
      "that an event since spoke of",
      { at: { association: NOW_MS }, expects: { "2": { isAssociated: true, atMs: NOW_MS } }, looks: 0 },
      1,
      "linked*",
    ],
    [
      "from which an event since has parted it",
      { at: { association: NOW_MS }, expects: { "1": { isAssociated: false, atMs: NOW_MS } }, looks: 0 },
      1,
      "linked*",
    ],
    [
      "while an event since spoke of a third company",
      { at: { association: NOW_MS }, expects: { "3": { isAssociated: false, atMs: NOW_MS } }, looks: 0 },
      1,
      "?",
    ],
    ["that only an earlier event may explain", { at: { association: 1 }, looks: 0 }, 1, "?"],
    [
      "that an earlier event names",
      { at: { association: 1 }, expectsPrimary: { companyId: "2", isPrimary: true, atMs: 1 }, looks: 0 },
      1,
      "linked*?",
    ],
    [
      "from which an earlier event says the label has gone",
      { at: { association: 1 }, expectsPrimary: { companyId: "1", isPrimary: false, atMs: 1 }, looks: 0 },
      1,
      "?",
    ],
    ["that a pass sees within the lag", NO_HINT, REPLICA_LAG_MS - 1, "?"],
    ["that a pass sees later", NO_HINT, REPLICA_LAG_MS, "linked*"],
  ])("believes a move to another company or not: one %s", (...[, hint, sinceMs, expected]) => {
    const fence = { sourceUpdatedAtMs: 1, readAtMs: readAtMs - sinceMs };
    const stored = sampleProject("5", "1", { fence });
    const customer = sampleCustomer("2");
    const observed = { kind: "live", readAtMs, object: sampleDeal("5") } as const;
    const seen = { observed, links: [primaryLink("2")], customer, context: sampleContext(hint) };
    expect(describeDecision(decideProject({ dealId: "5", stored, ...seen }), stored)).toBe(expected);
  });

  it.each([
    ["a merge of the companies explains", decideMove({ stored: {}, absorbedIds: ["1"] }), "linked*"],
    ["a merge of other companies does not explain", decideMove({ stored: {}, absorbedIds: ["7"] }), "?"],
    ["is none, the deal being where it was", decideMove({ stored: { dependsOnCompanyId: "2" } }), "linked*"],
    ["comes with an attach", decideMove({ stored: {}, hint: { at: { attach: 1 }, looks: 0 } }), "linked*"],
    [
      "comes with a restored deal",
      decideMove({ stored: { state: "deleted" }, hint: { at: { restored: 1 }, looks: 0 } }),
      "linked*",
    ],
    ["comes with what a merge hands over", decideMove({ stored: { revision: 0 } }), "linked*"],
  ])("within the replicas' lag, believes a move to another company that %s", (_name, seen, expected) => {
    expect(seen).toBe(expected);
  });

  it("takes no company for another one within the replicas' lag where an admin attached the customer to it", () => {
    const fence = { sourceUpdatedAtMs: 1, readAtMs: readAtMs - 1 };
    const stored = sampleProject("5", "9", { dependsOnCompanyId: "9", fence });
    const context = sampleContext({ at: { property: 1 }, looks: 0 });
    const seen = { ...pick(SEEN_DEALS, "eligible"), links: [primaryLink("1")], context };
    const show = (customer: Customer) =>
      describeDecision(decideProject({ dealId: "5", stored, ...seen, customer }), stored);
    expect([show(sampleCustomer("9")), show(sampleCustomer("8"))]).toEqual(["linked*", "?"]);
  });

  it("does not take an older event's word for a company that the read does not name", () => {
    const stored = sampleProject("5", "1", { fence: { sourceUpdatedAtMs: 1, readAtMs: readAtMs - 1 } });
    const expectsPrimary = { companyId: "3", isPrimary: true, atMs: 1 };
    const context = sampleContext({ at: { association: 1 }, expectsPrimary, looks: MAX_LOOKS });
    const seen = { ...pick(SEEN_DEALS, "eligible"), links: [primaryLink("2")], customer: sampleCustomer("2"), context };
    expect(describeDecision(decideProject({ dealId: "5", stored, ...seen }), stored)).toBe("?");
  });

  it.each([
    ["without a company", [], "waiting+? noCompany"],
    ["with one", [primaryLink("1")], "linked*"],
  ])("looks once more at a deal %s just after its customer has turned", (_name, links, expected) => {
    const stored = sampleProject("5", "1", { fence: { sourceUpdatedAtMs: 1, readAtMs: 1 } });
    const context = sampleContext({ at: { follow: NOW_MS }, looks: 0 });
    const seen = { ...pick(SEEN_DEALS, "eligible"), links, context };
    expect(describeDecision(decideProject({ dealId: "5", stored, ...seen }), stored)).toBe(expected);
  });

  it.each<[name: string, stored: Project | undefined, hint: Hint, expected: string]>([
    ["comes to it", undefined, { at: { property: 1 }, looks: MAX_LOOKS - 1 }, "linked*?"],
    ["has come to it, at the last look", undefined, { at: { property: 1 }, looks: MAX_LOOKS }, "linked*"],
    ["is there, and something just happened to the customer", atIt, { at: { follow: NOW_MS }, looks: 0 }, "linked*?"],
    ["is there, at the last look", atIt, { at: { follow: NOW_MS }, looks: MAX_LOOKS }, "linked*"],
    ["is there", atIt, { at: { property: 1 }, looks: 0 }, "linked*"],
  ])("knows of no deletion of a detached customer's company: a deal that %s", (...[, stored, hint, expected]) => {
    const seen = { ...pick(SEEN_DEALS, "customer detached"), context: sampleContext(hint) };
    expect(describeDecision(decideProject({ dealId: "5", stored, ...seen }), stored)).toBe(expected);
  });

  it.each([
    ["excluded", { state: "excluded" }, "excluded+ customerExcluded"],
    [
      "detached, and excluded in HubSpot",
      { state: "detached", isExcludedInHubSpot: true },
      "excluded+ customerExcluded",
    ],
    ["detached", { state: "detached" }, "linked*"],
    ["failing, and excluded before", { state: "failing", isExcludedInHubSpot: true }, "excluded+ customerExcluded"],
  ] as const)("excludes the project of a customer that is %s", (_name, changes, expected) => {
    const stored = sampleProject("5", "1", { fence: { sourceUpdatedAtMs: 1, readAtMs: 1 } });
    const seen = { ...pick(SEEN_DEALS, "eligible"), customer: sampleCustomer("1", changes) };
    expect(describeDecision(decideProject({ dealId: "5", stored, ...seen }), stored)).toBe(expected);
  });

  it("brings a merged project back by an attach", () => {
    const reason: Reason = { code: "absorbedBy", survivorId: "9" };
    const stored = sampleProject("5", "1", { state: "merged", reason });
    const seen = { ...pick(SEEN_DEALS, "eligible"), context: sampleContext({ at: { attach: 1 }, looks: 0 }) };
    expect(describeDecision(decideProject({ dealId: "5", stored, ...seen }), stored)).toMatch(/^linked/u);
  });

  it("looks again at a first company within the replicas' lag that no event spoke of, and says why", () => {
    const { dependsOnCompanyId: _, ...rest } = sampleProject("5", "1", { state: "waiting" });
    const stored = { ...rest, fence: { sourceUpdatedAtMs: 1, readAtMs: readAtMs - 1 } };
    const context = sampleContext({ at: { property: 1 }, looks: 0 });
    const seen = { ...pick(SEEN_DEALS, "eligible"), context };
    expect(decideProject({ dealId: "5", stored, ...seen })).toEqual({ kind: "keep", again: "unexpectedFlip" });
  });

  it.each<[name: string, formerId: string | undefined, sighting: string]>([
    ["none", undefined, "no company"],
    ["one that nobody has seen", "1", "customer unseen"],
  ])("does not take the same company as before for another: %s", (...[, formerId, sighting]) => {
    const { dependsOnCompanyId: _, ...rest } = sampleProject("5", "1", { state: "waiting" });
    const fence = { sourceUpdatedAtMs: 1, readAtMs: readAtMs - 1 };
    const stored = { ...rest, ...(formerId !== undefined && { dependsOnCompanyId: formerId }), fence };
    const seen = { ...pick(SEEN_DEALS, sighting), context: sampleContext({ at: { property: 1 }, looks: 0 }) };
    expect(decideProject({ dealId: "5", stored, ...seen })).not.toHaveProperty("again");
  });

  it.each<[name: string, sighting: string, at: Hint["at"], again: string]>([
    ["an event deleted and that is still there", "eligible", { deleted: 1 }, "stillThere"],
    ["an event restored and that is still in the bin", "archived", { restored: 1 }, "stillArchived"],
  ])("looks again at a deal that %s", (...[, sighting, at, again]) => {
    const context = sampleContext({ at, looks: 0 });
    const seen = { ...pick(SEEN_DEALS, sighting), context };
    expect(decideProject({ dealId: "5", stored: sampleProject("5", "1"), ...seen })).toEqual({ kind: "keep", again });
  });

  it.each<[name: string, at: Hint["at"], sinceMs: number, expected: string]>([
    ["not by a late update within the replicas' lag", { property: 1 }, REPLICA_LAG_MS - 1, "?"],
    ["by a live read clearly after it", { property: 1 }, REPLICA_LAG_MS, "linked*"],
    ["by a restore event at once, its company perhaps yet to come", { restored: readAtMs }, 1, "linked*?"],
  ])("revives a deleted project %s", (...[, at, sinceMs, expected]) => {
    const fence = { sourceUpdatedAtMs: 1, readAtMs: readAtMs - sinceMs };
    const stored = sampleProject("5", "1", { state: "deleted", reason: { code: "deletedInHubSpot" }, fence });
    const seen = { ...pick(SEEN_DEALS, "eligible"), context: sampleContext({ at, looks: 0 }) };
    expect(describeDecision(decideProject({ dealId: "5", stored, ...seen }), stored)).toBe(expected);
  });

  it("gives a project its first company at once, and has a later read confirm it", () => {
    const stored = sampleProject("5", "1", { fence: { sourceUpdatedAtMs: 1, readAtMs: readAtMs - 1 } });
    const { dependsOnCompanyId: _none, ...homeless } = stored;
    const context = sampleContext({ at: { association: 1 }, looks: 0 });
    const decision = decideProject({ dealId: "5", stored: homeless, ...pick(SEEN_DEALS, "eligible"), context });
    expect(decision).toMatchObject({ record: { dependsOnCompanyId: "1" }, again: "perhapsOlder" });
  });

  it.each(["missing", "archived"])("does not believe a read that finds it %s just after it was there", (sighting) => {
    const stored = sampleProject("5", "1", {
      fence: { sourceUpdatedAtMs: 1, readAtMs: readAtMs - REPLICA_LAG_MS + 1 },
    });
    const seen = pick(SEEN_DEALS, sighting);
    expect(decideProject({ dealId: "5", stored, ...seen })).toEqual({ kind: "keep", again: "seenJustBefore" });
  });

  it("looks again when the primary company contradicts its event, and writes nothing", () => {
    const expectsPrimary = { companyId: "2", isPrimary: true, atMs: 1 };
    const context = sampleContext({ at: { association: 1 }, expectsPrimary, looks: 0 });
    const decision = decideProject({ dealId: "5", stored: undefined, ...pick(SEEN_DEALS, "eligible"), context });
    expect(decision).toEqual({ kind: "keep", again: "associationOlderThanEvent" });
  });

  it("looks again when the associations contradict their event, and writes nothing", () => {
    const expects = { "2": { isAssociated: true, atMs: 1 } };
    const context = sampleContext({ at: { association: 1 }, expects, looks: 0 });
    const decision = decideProject({ dealId: "5", stored: undefined, ...pick(SEEN_DEALS, "eligible"), context });
    expect(decision).toEqual({ kind: "keep", again: "associationOlderThanEvent" });
  });

  it.each([
    ["eligible", "linked*"],
    ["out of stage", "outOfStage+ stageNotSelected"],
    ["archived", "deleted+ deletedInHubSpot"],
  ])("lets an attach bring a detached project back when it is %s: %s", (sighting, expected) => {
    const { stored } = pick(STORED_PROJECTS, "detached");
    const context = sampleContext({ at: { attach: 1 }, looks: 0 });
    const decision = decideProject({ dealId: "5", stored, ...pick(SEEN_DEALS, sighting), context });
    expect(describeDecision(decision, stored)).toBe(expected);
    expect(decision).toMatchObject({ record: { shortForm: "UMBAU", own: stored?.own } });
  });
});

describe("holdProject", () => {
  const holder = { number: "5", holderId: "4", holderName: "Umbau" };

  it("tells who has the short form, transfers nothing and remembers the company", () => {
    const decision = holdProject({ dealId: "5", stored: undefined, ...pick(SEEN_DEALS, "eligible") }, holder);
    expect(describeDecision(decision, undefined)).toBe("failing- numberTaken");
    expect(decision).toMatchObject({ record: { reason: holder, dependsOnCompanyId: "1" } });
    for (const field of ["shortForm", "own"])
      expect(decision.kind === "write" && decision.record).not.toHaveProperty(field);
  });
});

describe("findPrimaryCompanyId", () => {
  it("goes by the label and never by position", () => {
    expect(findPrimaryCompanyId([{ companyId: "1", isPrimary: false }, primaryLink("2")])).toBe("2");
    expect(findPrimaryCompanyId([{ companyId: "1", isPrimary: false }])).toBeUndefined();
    expect(findPrimaryCompanyId([])).toBeUndefined();
  });
});
