import { beforeEach, describe, expect, it } from "vitest";
import type { Change } from "../../lib/domain/change.ts";
import type { CompanyLink } from "../../lib/domain/hubspot-object.ts";
import { applySightings, type OutcomesByType, type Seen } from "../../lib/sync/apply-sightings.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import type { Sighting } from "../../lib/sync/run.ts";
import { sampleCompany, sampleContact, sampleDeal, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { sampleCustomer, samplePerson } from "../fixtures/sample-records.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;
/** Ids of each question for customers before the first write; one for none is free. */
let asked: (readonly string[])[];
let isWritten: boolean;

beforeEach(() => {
  world = createSyncWorld();
  asked = [];
  isWritten = false;
  world.faults.beforeStore = (name, [ids]) => {
    isWritten ||= name.startsWith("write") && asked.length > 0;
    if (name === "readCustomers" && !isWritten && Array.isArray(ids) && ids.length > 0) asked.push(ids);
  };
});

const readAtMs = UPDATED_AT_MS + 60_000;
const link = (companyId: string): CompanyLink => ({ companyId, isPrimary: true });
const told = (hint: Change, deliveryId: string): Change => ({
  ...hint,
  origin: { deliveryIds: [deliveryId], receivedAtMs: 1 },
});

function seeContact(id: string, companyIds: readonly string[], hint = change("contact", id)): Sighting<"contact"> {
  const observed = { kind: "live", readAtMs, object: sampleContact(id) } as const;
  return { id, observed, links: companyIds.map(link), hint };
}

function seeDeal(id: string, companyIds: readonly string[], hint = change("deal", id)): Sighting<"deal"> {
  const observed = { kind: "live", readAtMs, object: sampleDeal(id) } as const;
  return { id, observed, links: companyIds.map(link), hint };
}

function apply(seen: Partial<Seen>): Promise<OutcomesByType> {
  const nothing = { companies: [], companyChanges: [], contacts: [], deals: [] };
  return applySightings({ ...world.ports, cause: "event" }, { deliveryId: "d", ...nothing, ...seen });
}

const companiesRead = () =>
  world.hubspot.calls.flatMap(({ name, ids }) => (name === "readObjects company" ? [ids] : []));
const correlationOf = (id: string) => world.log.find(({ fields }) => fields["id"] === id)?.fields["correlationId"];

describe("applySightings, of the companies that contacts and deals need", () => {
  it("asks for all that is stored of them at once, and not for what is read anyway", async () => {
    for (const id of ["1", "2", "3"]) await world.store.write(sampleCustomer(id));
    await world.store.write(samplePerson("31", "1"));
    await world.store.write(samplePerson("32", "3"));
    world.hubspot.putCompany(sampleCompany("2"));
    await apply({
      companyChanges: [change("company", "2")],
      contacts: [seeContact("31", []), seeContact("32", ["2"])],
      deals: [seeDeal("51", ["3"])],
    });
    expect(asked).toEqual([["3", "1"], ["2"]]);
  });

  it("asks for none where a deal has no company", async () => {
    await apply({ deals: [seeDeal("51", [])] });
    expect(asked).toEqual([]);
    expect(companiesRead()).toEqual([]);
  });

  it("reads no company for a contact that is gone, though its associations were read before", async () => {
    world.hubspot.putCompany(sampleCompany("1"));
    const observed = { kind: "archived", readAtMs, updatedAtMs: UPDATED_AT_MS } as const;
    await apply({ contacts: [{ ...seeContact("31", ["1"]), observed }] });
    expect(companiesRead()).toEqual([]);
    expect(asked).toEqual([]);
  });

  it("tells of a company that was pulled in with the origins of all that name it, and of no others", async () => {
    for (const id of ["1", "2"]) world.hubspot.putCompany(sampleCompany(id));
    await apply({
      contacts: [
        seeContact("31", ["1", "2"], told(change("contact", "31"), "a")),
        seeContact("32", ["2"], told(change("contact", "32"), "b")),
      ],
      deals: [seeDeal("51", ["1"], told(change("deal", "51"), "c"))],
    });
    expect(correlationOf("1")).toBe("a,c");
    expect(correlationOf("2")).toBe("a,b");
  });

  it("tells of a survivor that was pulled in also where what it absorbed was named", async () => {
    for (const id of ["1", "2"]) world.hubspot.putCompany(sampleCompany(id));
    world.hubspot.mergeCompanies(["1", "2"], sampleCompany("2"));
    await apply({
      contacts: [seeContact("31", ["1"], told(change("contact", "31"), "a"))],
      deals: [seeDeal("51", ["2"], told(change("deal", "51"), "b"))],
    });
    expect(correlationOf("2")).toBe("a,b");
  });
});

describe("applySightings, of what belongs to a company that HubSpot does not answer for", () => {
  const error = new RetryableError("down", { code: "unreachable" });

  beforeEach(async () => {
    for (const id of ["1", "2"]) await world.store.write(sampleCustomer(id));
    await world.store.write(samplePerson("31", "1"));
    world.faults.beforeHubSpot = () => {
      throw error;
    };
  });

  it("fails with it, also where only the stored contact person does", async () => {
    const outcomes = await apply({
      companyChanges: [change("company", "1")],
      contacts: [seeContact("31", ["2"]), seeContact("32", ["2"])],
      deals: [seeDeal("51", ["1"])],
    });
    const failed = { kind: "failed", error };
    expect(outcomes.company.get("1")).toEqual(failed);
    expect(outcomes.contact.get("31")).toEqual(failed);
    expect(outcomes.contact.get("32")).toEqual({ kind: "done", writes: 1 });
    expect(outcomes.deal.get("51")).toEqual(failed);
  });

  it("is erased all the same", async () => {
    const observed = { kind: "missing", readAtMs } as const;
    const erasure = { ...seeContact("31", [], change("contact", "31", { erased: 1 })), observed };
    const { contact } = await apply({ companyChanges: [change("company", "1")], contacts: [erasure] });
    expect(contact.get("31")).toEqual({ kind: "done", writes: 1 });
  });

  it("is erased also where the same contact was read as a survivor of another, which waits for the company", async () => {
    const observed = { kind: "missing", readAtMs } as const;
    const erasure = { ...seeContact("31", [], change("contact", "31", { erased: 1 })), observed };
    const contacts = [seeContact("31", ["1"]), erasure];
    const { contact } = await apply({ companyChanges: [change("company", "1")], contacts });
    expect(contact.get("31")).toEqual({ kind: "failed", error });
    expect(world.store.contactItems().map(({ state }) => state)).toEqual(["erased", "erased"]);
  });
});

describe("applySightings, of what is shown at a company that was absorbed before", () => {
  it("follows the stored pointers to the last survivor, asking for each customer once", async () => {
    const pointers = { "1": "2", "2": "3", "7": "2" };
    for (const [id, survivorId] of Object.entries(pointers))
      await world.store.write(sampleCustomer(id, { state: "merged", reason: { code: "absorbedBy", survivorId } }));
    await world.store.write(sampleCustomer("3"));
    const { deal } = await apply({ deals: [seeDeal("51", ["1"]), seeDeal("52", ["7"])] });
    expect(deal.get("51")).toEqual({ kind: "done", writes: 1 });
    expect(world.store.projects().map(({ fields }) => fields?.companyId)).toEqual(["3", "3"]);
    expect(asked).toEqual([["1", "7"], ["2"], ["3"]]);
  });

  it("stays at a pointer whose survivor is not here", async () => {
    const reason = { code: "absorbedBy", survivorId: "2" } as const;
    await world.store.write(sampleCustomer("1", { state: "merged", reason }));
    await apply({ deals: [seeDeal("51", ["1"])] });
    expect(world.store.projects()).toMatchObject([{ dependsOnCompanyId: "1" }]);
    expect(asked).toEqual([["1"], ["2"]]);
  });
});
