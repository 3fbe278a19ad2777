import { describe, expect, it } from "vitest";
import { failNewCustomer, failNewProject, failRecord } from "../../lib/domain/failing.ts";
import { decideCustomer } from "../../lib/domain/customer.ts";
import { RECORD_STATES } from "../../lib/domain/record.ts";
import { mapCompany } from "../../lib/domain/field-mapping.ts";
import { NOW_MS, sampleCompany, sampleContext } from "../fixtures/sample-objects.ts";
import { sampleCustomer, sampleProject } from "../fixtures/sample-records.ts";

const failure = { error: "company 1: HubSpot's answer has no name", cause: "event", nowMs: NOW_MS } as const;
const reason = { code: "refused", error: failure.error } as const;

describe("failRecord", () => {
  const reachable = RECORD_STATES.filter((state) => !["detached", "merged", "erased", "deleted"].includes(state));

  it.each(reachable)("marks a record that is %s and keeps all else, its fence as well", (state) => {
    const stored = sampleCustomer("1", { state, customerNumber: "K-1" });
    const marked = failRecord(stored, failure);
    expect(marked).toMatchObject({
      ...stored,
      state: "failing",
      reason,
      revision: 2,
      changedAtMs: NOW_MS,
      history: [{}],
    });
  });

  it.each(["detached", "merged", "erased", "deleted"] as const)("leaves a record alone that is %s", (state) => {
    expect(failRecord(sampleCustomer("1", { state }), failure)).toBeUndefined();
  });

  it("keeps an exclusion in force for what depends on the customer, also when it fails once more", () => {
    const excluded = sampleCustomer("1", { state: "excluded" });
    const marked = failRecord(excluded, failure);
    expect(marked).toMatchObject({ state: "failing", isExcludedInHubSpot: true });
    const again = marked && failRecord(marked, { ...failure, error: "other" });
    expect(again).toMatchObject({ state: "failing", isExcludedInHubSpot: true });
    expect(failRecord(sampleCustomer("1"), failure)).not.toHaveProperty("isExcludedInHubSpot");
    expect(failRecord(sampleProject("5", "1", { state: "excluded" }), failure)).not.toHaveProperty(
      "isExcludedInHubSpot",
    );
  });

  it("does not write the same mark twice, but a new reason", () => {
    const marked = sampleCustomer("1", { state: "failing", reason });
    expect(failRecord(marked, failure)).toBeUndefined();
    expect(failRecord(marked, { ...failure, error: "other" })?.reason).toEqual({ code: "refused", error: "other" });
  });

  it("is cleared by the next read that succeeds, though nothing changed in HubSpot", () => {
    const object = sampleCompany("1");
    const fence = { sourceUpdatedAtMs: object.updatedAtMs, readAtMs: NOW_MS };
    const marked = failRecord(sampleCustomer("1", { fields: mapCompany(object), fence }), failure);
    const observed = { kind: "live", readAtMs: NOW_MS + 1, object } as const;
    const decision = decideCustomer({ companyId: "1", observed, stored: marked, context: sampleContext() });
    expect(decision).toMatchObject({ kind: "write", record: { state: "linked", isFollowUpDue: true } });
    expect(decision.kind === "write" && decision.record).not.toHaveProperty("reason");
  });
});

describe("failNewCustomer and failNewProject", () => {
  it("tell the reason, hold no data, and are older than any read", () => {
    const fence = { sourceUpdatedAtMs: 0, readAtMs: 0 };
    const entry = { state: "failing", reason, fence, revision: 1, absorbedIds: [] };
    const customer = { type: "customer", companyId: "1", isFollowUpDue: false };
    expect(failNewCustomer("1", failure)).toMatchObject({ ...customer, ...entry });
    expect(failNewProject("5", failure)).toMatchObject({ type: "project", dealId: "5", ...entry });
    expect(failNewCustomer("1", failure).fields).toBeUndefined();
    expect(failNewProject("5", failure).fields).toBeUndefined();
  });
});
