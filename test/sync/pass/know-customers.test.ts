import { describe, expect, it } from "vitest";
import { CustomerStates } from "../../../lib/domain/customer-states.ts";
import type { Customer } from "../../../lib/domain/record.ts";
import { knowCustomers } from "../../../lib/sync/pass/know-customers.ts";
import type { StoredObject } from "../../../lib/sync/pass/record-cursor.ts";
import { sampleCustomer, samplePerson, sampleProject } from "../../fixtures/sample-records.ts";

/** A customer that was merged into another one. */
const merged = (companyId: string, survivorId: string): Customer =>
  sampleCustomer(companyId, { state: "merged", reason: { code: "absorbedBy", survivorId } });

/** A store with these customers, and which of them were read together. */
function open(customers: readonly Customer[]) {
  const reads: (readonly string[])[] = [];
  const readCustomers = async (ids: readonly string[]) => {
    reads.push(ids);
    return new Map(customers.filter(({ companyId }) => ids.includes(companyId)).map((each) => [each.companyId, each]));
  };
  const states = new CustomerStates();
  for (const { companyId, state } of customers) states.add(state, companyId);
  const know = (linkedIds: readonly string[], records: readonly StoredObject[] = []) => {
    const listed = linkedIds.map((companyId) => ({ links: [{ companyId, isPrimary: true }] }));
    return knowCustomers({ readCustomers }, states, { listed, records });
  };
  return { know, reads };
}

describe("knowCustomers", () => {
  it("reads nothing where the state says it all", async () => {
    const { know, reads } = open([sampleCustomer("2", { state: "excluded" })]);
    const customerOf = await know(["1", "2"]);
    expect(reads).toEqual([]);
    expect([customerOf("1"), customerOf("2"), customerOf("2", true)]).toMatchObject([
      { companyId: "1", state: "linked" },
      { companyId: "2", state: "excluded" },
      { companyId: "2", state: "excluded" },
    ]);
  });

  it("reads what the state leaves open, once, whether the company is linked now or was", async () => {
    const failing = ["1", "2", "3"].map((id) => sampleCustomer(id, { state: "failing" }));
    const { know, reads } = open(failing);
    const persons = [samplePerson("7", "2"), samplePerson("7", "9"), samplePerson("7", "1")];
    const records = [
      { kind: "contact", id: "7", contact: { persons } },
      { kind: "deal", id: "8", project: sampleProject("8", "3") },
    ] as const;
    const customerOf = await know(["1", "1"], records);
    expect(reads).toEqual([["1", "2"]]);
    expect(["1", "2", "3"].map((id) => customerOf(id))).toEqual([failing[0], failing[1], undefined]);
    expect(customerOf("1", true)).toBe(failing[0]);
  });

  it("leads to the survivor only where that is followed, and reads it once for all that it absorbed", async () => {
    const customers = [merged("1", "3"), merged("2", "3"), merged("3", "4"), sampleCustomer("4", { state: "failing" })];
    const { know, reads } = open(customers);
    const customerOf = await know(["1", "2"]);
    expect(reads).toEqual([["1", "2"], ["3"], ["4"]]);
    expect(customerOf("1")).toBe(customers[0]);
    expect(customerOf("2", true)).toBe(customers[3]);
  });

  it("does not read again what it has read, though customers are merged in a circle", async () => {
    const { know, reads } = open([merged("1", "2"), merged("2", "1")]);
    const customerOf = await know(["1"]);
    expect(reads).toEqual([["1"], ["2"]]);
    expect(customerOf("1", true)?.state).toBe("merged");
  });

  it("follows ten merges and no more", async () => {
    const chain = Array.from({ length: 12 }, (_, index) => merged(String(index + 10), String(index + 11)));
    const { know, reads } = open(chain);
    const customerOf = await know(["10"]);
    expect(reads).toHaveLength(10);
    expect(customerOf("10", true)?.companyId).toBe("19");
  });

  it("knows a failing customer's survivor no more than its own reason tells", async () => {
    const failing = sampleCustomer("1", { state: "failing", reason: { code: "refused", error: "Name is empty" } });
    const { know, reads } = open([failing]);
    expect((await know(["1"]))("1", true)).toBe(failing);
    expect(reads).toEqual([["1"]]);
  });
});
