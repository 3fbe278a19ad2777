import { describe, expect, it } from "vitest";
import { followPointers, isWanted } from "../../lib/sync/apply-deals.ts";
import type { Sighting } from "../../lib/sync/run.ts";
import { SAMPLE_SETTINGS, sampleDeal, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { sampleCustomer } from "../fixtures/sample-records.ts";
import { change } from "../fixtures/sync-world.ts";

const pointer = (id: string, survivorId: string) =>
  sampleCustomer(id, { state: "merged", reason: { code: "absorbedBy", survivorId } });

const follow = (id: string, ...customers: readonly ReturnType<typeof sampleCustomer>[]) =>
  followPointers(new Map(customers.map((customer) => [customer.companyId, customer])), id);

describe("followPointers", () => {
  const last = sampleCustomer("91");

  it("leads to the last survivor of a chain of merges", () => {
    expect(follow("1", pointer("1", "90"), pointer("90", "91"), last)).toBe(last);
    expect(follow("91", last, pointer("1", "91"))).toBe(last);
  });

  it("stops at the pointer whose survivor is not known, and finds nothing of an unknown company", () => {
    const first = pointer("1", "90");
    expect(follow("1", first, last)).toBe(first);
    expect(follow("7", first, last)).toBeUndefined();
  });

  it("stays at a merged customer that says of nobody who absorbed it", () => {
    const lost = sampleCustomer("1", { state: "merged" });
    const other = sampleCustomer("1", { state: "merged", reason: { code: "deletedInHubSpot" } });
    expect(follow("1", lost)).toBe(lost);
    expect(follow("1", other)).toBe(other);
  });

  it("leads nowhere from a customer that only was a pointer once", () => {
    const released = sampleCustomer("1", { state: "detached", reason: { code: "absorbedBy", survivorId: "91" } });
    expect(follow("1", released, last)).toBe(released);
  });

  it("ends where pointers lead round in a circle", () => {
    const circle = [pointer("1", "2"), pointer("2", "1")];
    expect(follow("1", ...circle)?.state).toBe("merged");
  });
});

describe("isWanted", () => {
  const readAtMs = UPDATED_AT_MS;
  const live = (stageId: string) => ({ kind: "live", readAtMs, object: sampleDeal("5", { stageId }) }) as const;

  it.each<[name: string, observed: Sighting<"deal">["observed"], isExpected: boolean]>([
    ["a live deal in a selected stage", live("won"), true],
    ["a live deal in another stage", live("lost"), false],
    ["an archived one", { kind: "archived", readAtMs, updatedAtMs: readAtMs }, false],
  ])("says of %s whether its company counts", (_name, observed, isExpected) => {
    const sighting = { id: "5", observed, links: [], hint: change("deal", "5") };
    expect(isWanted({ settings: SAMPLE_SETTINGS }, sighting)).toBe(isExpected);
  });
});
