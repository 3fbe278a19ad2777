import { beforeEach, describe, expect, it } from "vitest";
import { explainObject, type Explanation } from "../../lib/sync/explain-record.ts";
import type { ObjectType } from "../../lib/domain/hubspot-object.ts";
import { markFailing } from "../../lib/sync/mark-failing.ts";
import type { Run } from "../../lib/sync/run.ts";
import { sampleCompany, sampleContact, sampleDeal, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { sampleProject } from "../fixtures/sample-records.ts";
import { change, contentOf, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";
import { createTransferredWorld } from "../fixtures/transferred-world.ts";

let world: SyncWorld;
let run: Run;

beforeEach(async () => {
  world = await createTransferredWorld();
  run = { ...world.ports, cause: "admin" };
});

const later = { updatedAtMs: UPDATED_AT_MS + 60_000 };

async function explain(type: ObjectType, id: string): Promise<Explanation> {
  const before = contentOf(world);
  const explanation = await explainObject(run, { type, id });
  expect(contentOf(world)).toEqual(before);
  expect(world.queue.size()).toBe(0);
  return explanation;
}

const fieldsOf = ({ ruled }: Explanation): readonly string[] =>
  ruled.flatMap(({ changes }) => changes.map(({ field }) => field));

describe("explainObject", () => {
  it.each([
    ["company", "1", { exclusion: "" }],
    ["contact", "3", { companies: [{ companyId: "1", isPrimary: true }] }],
    ["deal", "5", { stageId: "won", companies: [{ companyId: "1", isPrimary: true }] }],
  ] as const)(
    "tells of a %s that is as it should be what HubSpot says, and that nothing would change",
    async (...row) => {
      const [type, id, side] = row;
      const explanation = await explain(type, id);
      expect(explanation).toMatchObject({ type, id });
      expect(explanation.hubspot).toEqual({
        observed: "live",
        readAtMs: expect.any(Number),
        updatedAtMs: UPDATED_AT_MS,
        ...side,
      });
      expect(explanation.stored).toHaveLength(1);
      expect(explanation.ruled).toEqual([{ record: explanation.stored[0], changes: [] }]);
      expect(explanation.summary).not.toMatch(/resync|undefined/u);
    },
  );

  it("names the fields that a lost event would have changed", async () => {
    world.hubspot.putCompany(sampleCompany("1", { ...later, name: "Neu", phone: "7" }));
    const explanation = await explain("company", "1");
    expect(fieldsOf(explanation)).toEqual(["name", "phone"]);
    expect(explanation.summary).toMatch(/ A resync would now change name, phone\.$/u);
  });

  it("tells the state that is still stored, with what can be done about the new one", async () => {
    world.hubspot.putCompany(sampleCompany("1", { ...later, exclusion: "no" }));
    const { summary } = await explain("company", "1");
    expect(summary).toContain('Customer of company 1 is excluded, for the company\'s property "zep" is "no"');
    expect(summary).toContain('Clear "zep" on the company');
    expect(summary).toMatch(/ It is still stored as linked; a resync changes that\.$/u);
  });

  it("tells of an object that is only in HubSpot that a resync stores it", async () => {
    world.hubspot.putDeal(sampleDeal("6"), "1");
    const { stored, ruled, summary } = await explain("deal", "6");
    expect([stored.length, ruled.length]).toEqual([0, 1]);
    expect(summary).toMatch(/ It is not stored yet; a resync stores it\.$/u);
  });

  it("tells each contact person of a contact apart, and none of another contact", async () => {
    world.hubspot.putCompany(sampleCompany("2"));
    world.hubspot.putContact(sampleContact("3"), ["1", "2"]);
    const { stored, ruled, summary } = await explain("contact", "3");
    expect(stored).toHaveLength(1);
    expect(ruled.map(({ record }) => record.type === "contactPerson" && record.companyId)).toEqual(["1", "2"]);
    expect(ruled.map(({ changes }) => changes.length > 0)).toEqual([false, true]);
    const isLinked = "is linked: HubSpot leads its fields and changes arrive by themselves.";
    expect(summary).toBe(
      `Contact person of contact 3 at company 1 ${isLinked} Contact person of contact 3 at company 2 ${isLinked} It is not stored yet; a resync stores it.`,
    );
  });

  it("shows a deal alone, although its company has the same id", async () => {
    world.hubspot.putCompany(sampleCompany("6"));
    world.hubspot.putDeal(sampleDeal("6"), "6");
    const { ruled } = await explain("deal", "6");
    expect(ruled.map(({ record }) => record.type)).toEqual(["project"]);
  });

  it("asks HubSpot for the object alone when it needs no other", async () => {
    world.hubspot.calls.length = 0;
    await explain("company", "1");
    expect(world.hubspot.calls).toEqual([{ name: "readObjects company", ids: ["1"] }]);
  });

  it("names what would change of a record without a history", async () => {
    await world.store.write(sampleProject("7", "1", { history: [] }));
    world.hubspot.putDeal(sampleDeal("7", { ...later, description: "Neu" }), "1");
    expect(fieldsOf(await explain("deal", "7"))).toEqual(["description"]);
  });

  it("shows a company alone, although a read of its deal would bring it along", async () => {
    world.hubspot.putCompany(sampleCompany("2"));
    world.hubspot.putDeal(sampleDeal("6"), "2");
    const { ruled } = await explain("deal", "6");
    expect(ruled.map(({ record }) => record.type)).toEqual(["project"]);
  });

  it.each([
    ["company", "9", "Company 9 is neither in HubSpot nor here. Check the id"],
    ["contact", "9", "Contact 9 is neither in HubSpot nor here."],
    ["deal", "9", "Deal 9 is neither in HubSpot nor here."],
  ] as const)("tells of a %s that is nowhere to check its id", async (type, id, sentence) => {
    const { hubspot, summary } = await explain(type, id);
    expect(hubspot.observed).toBe("missing");
    expect(summary).toContain(sentence);
  });

  it("tells of a contact without a company that it is nobody's", async () => {
    world.hubspot.putContact(sampleContact("4"));
    const { summary } = await explain("contact", "4");
    expect(summary).toBe(
      "Contact 4 has no company, so it is nobody's contact person. Associate it with a company in HubSpot.",
    );
  });

  it("tells of a contact that was deleted before it was transferred that it was", async () => {
    world.hubspot.putContact(sampleContact("4"), ["1"]);
    world.hubspot.archive("contact", "4");
    const { summary } = await explain("contact", "4");
    expect(summary).toBe("Contact 4 was deleted in HubSpot before anything of it was transferred.");
  });

  it("tells of a contact that was merged before it was transferred into whom", async () => {
    world.hubspot.putContact(sampleContact("4"), ["1"]);
    world.hubspot.mergeContacts(["4"], sampleContact("3", later), ["1"]);
    const { ruled, summary } = await explain("contact", "4");
    expect(ruled).toEqual([]);
    expect(summary).toBe("Contact 4 was merged in HubSpot before anything of it was transferred. Look at 3 instead.");
  });

  it("tells of an erased contact, and of one of which nothing was here to erase", async () => {
    world.hubspot.putContact(sampleContact("4"), ["1"]);
    await world.tell(change("contact", "3", { erased: world.now() }), change("contact", "4", { erased: world.now() }));
    await world.drain();
    const { ruled, stored, summary } = await explain("contact", "3");
    expect(ruled).toEqual([{ record: stored[0], changes: [] }]);
    expect(summary).toBe(
      "Contact person of contact 3 at company 1 was erased for privacy (GDPR): its id is all that is left, and it stays erased.",
    );
    expect((await explain("contact", "4")).summary).toBe(
      "Contact 4 is in HubSpot and nothing of it is stored here; no rule asks for it.",
    );
  });

  it("tells since when an object is in the bin, and into whom one was merged", async () => {
    world.hubspot.archive("deal", "5");
    const archived = await explain("deal", "5");
    expect(archived.hubspot).toMatchObject({ observed: "archived", updatedAtMs: expect.any(Number) });
    expect(archived.hubspot).not.toHaveProperty("stageId");
    expect(archived.ruled[0]?.record.state).toBe("deleted");
    world.hubspot.putCompany(sampleCompany("2"));
    world.hubspot.mergeCompanies(["1"], sampleCompany("2", { mergedIds: ["1"] }));
    const merged = await explain("company", "1");
    expect(merged.hubspot).toMatchObject({ observed: "absorbed", survivorId: "2" });
    expect(merged.hubspot).not.toHaveProperty("exclusion");
    expect(merged.ruled).toMatchObject([{ record: { companyId: "1", state: "merged" } }]);
  });

  it("tells why a record is failing, although the rules find nothing wrong with it", async () => {
    const world = createSyncWorld();
    const run: Run = { ...world.ports, cause: "admin" };
    world.hubspot.putCompany(sampleCompany("1"));
    await world.tell(change("company", "1"));
    await world.drain();
    await markFailing(run, change("company", "1"), "DynamoDB PutItem failed: ValidationException");
    world.advance(3_600_000);
    world.hubspot.putCompany(sampleCompany("1", { name: "Neu", updatedAtMs: UPDATED_AT_MS + 3_600_000 }));
    const { summary, stored } = await explainObject(run, { type: "company", id: "1" });
    expect(summary).toBe(
      "Customer of company 1 is failing: DynamoDB PutItem failed: ValidationException. Mend what the error names, then resync; every nightly pass tries again as well. By the rules it is linked; a resync tries to store that.",
    );
    expect(stored).toMatchObject([{ state: "failing" }]);
  });

  it("throws what HubSpot answered", async () => {
    const failure = new Error("refused");
    world.faults.beforeHubSpot = () => {
      throw failure;
    };
    await expect(explainObject(run, { type: "deal", id: "5" })).rejects.toBe(failure);
  });

  it("fails when HubSpot's answer lacks the object", async () => {
    const hubspot = { ...world.hubspot, readObjects: () => Promise.resolve(new Map()) };
    await expect(explainObject({ ...run, hubspot }, { type: "deal", id: "5" })).rejects.toThrow(
      "reading deal 5 gave no observation, expected exactly one",
    );
  });
});
