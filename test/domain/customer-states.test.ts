import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CustomerStates } from "../../lib/domain/customer-states.ts";
import { sampleCustomer } from "../fixtures/sample-records.ts";
import { RECORD_STATES, type RecordState } from "../../lib/domain/record.ts";

const ids = fc
  .uniqueArray(fc.bigInt({ min: 1n, max: 10n ** 13n }), { minLength: 1, maxLength: 3_000, size: "max" })
  .map((some) => some.toSorted((left, right) => (left < right ? -1 : 1)).map(String));

const detached = (id: string) => sampleCustomer(id, { state: "detached" });
const excluded = (id: string) => sampleCustomer(id, { state: "detached", isExcludedInHubSpot: true });

describe("CustomerStates", () => {
  it("knows every id that it was told of, and takes all others for linked", () => {
    fc.assert(
      fc.property(ids, (some) => {
        const states = new CustomerStates();
        const told = some.filter((_, index) => index % 2 === 0);
        for (const id of told) states.add("excluded", id);
        for (const [index, id] of some.entries())
          expect(states.stateOf(id)).toBe(index % 2 === 0 ? "excluded" : "linked");
      }),
      { numRuns: 20 },
    );
  });

  it("keeps states apart, past its first capacity", () => {
    const states = new CustomerStates();
    for (let id = 1; id <= 5_000; id += 1) states.add(id % 2 === 0 ? "deleted" : "merged", String(id));
    expect(["1", "2", "1024", "1025", "4999", "5000", "5001"].map((id) => states.stateOf(id))).toEqual([
      "merged",
      "deleted",
      "deleted",
      "merged",
      "merged",
      "deleted",
      "linked",
    ]);
  });

  it("takes an id above all that it was told of for linked, also the first one beyond its capacity", () => {
    const states = new CustomerStates();
    for (let id = 1; id <= 1_024; id += 1) states.add("excluded", String(id));
    expect(["1024", "1025", "2000"].map((id) => states.stateOf(id))).toEqual(["excluded", "linked", "linked"]);
  });

  it("lets a trial's turn go before what is stored", () => {
    const states = new CustomerStates();
    states.add("excluded", "7");
    states.turn({ companyId: "7", state: "linked" });
    states.turn({ companyId: "8", state: "excluded" });
    expect([states.stateOf("7"), states.stateOf("8")]).toEqual(["linked", "excluded"]);
  });

  it("foresees of a detached customer alone, and only if a trial would turn it, whether its company is excluded", () => {
    const states = new CustomerStates();
    states.turn({ companyId: "7", state: "detached", isExcludedInHubSpot: true });
    states.turn({ companyId: "8", state: "detached" });
    states.turn({ companyId: "9", state: "excluded" });
    expect(states.foresee(detached("7"))).toStrictEqual(excluded("7"));
    expect(states.foresee(excluded("8"))).toStrictEqual(detached("8"));
    for (const same of [detached("6"), excluded("6"), sampleCustomer("7", { state: "failing" })])
      expect(states.foresee(same)).toBe(same);
  });

  it.each(RECORD_STATES.map((state) => [state, ["linked", "excluded", "deleted"].includes(state)] as const))(
    "imagines a customer that is %s: %s",
    (state: RecordState, isImagined) => {
      const states = new CustomerStates();
      states.turn({ companyId: "7", state });
      const imagined = states.imagine("7");
      expect(imagined === undefined ? undefined : { id: imagined.companyId, state: imagined.state }).toEqual(
        isImagined ? { id: "7", state } : undefined,
      );
    },
  );
});
