import { describe, expect, it } from "vitest";
import { attachCustomerRecord } from "../../lib/sync/attach-record.ts";
import { detachCustomerRecord } from "../../lib/sync/detach-record.ts";
import { editCustomerRecord, editProjectRecord } from "../../lib/sync/edit-record.ts";
import type { Run } from "../../lib/sync/run.ts";
import { Death } from "../fixtures/pass-world.ts";
import { sampleCompany, sampleContact, sampleDeal, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { change, contentOf, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

/** What must come out the same wherever the process dies: `begin` goes undisturbed, then `act` is repeated until it ends. */
interface Scenario {
  readonly begin: (world: SyncWorld, run: Run) => Promise<void>;
  readonly act: (world: SyncWorld, run: Run) => Promise<unknown>;
}

const later = { updatedAtMs: UPDATED_AT_MS + 60_000 };

async function transfer(world: SyncWorld): Promise<void> {
  for (const id of ["1", "2"]) world.hubspot.putCompany(sampleCompany(id));
  world.hubspot.putContact(sampleContact("3"), ["1"]);
  world.hubspot.putDeal(sampleDeal("5"), "1");
  world.hubspot.putDeal(sampleDeal("6"), "2");
  await world.tell(change("company", "2"), change("contact", "3"), change("deal", "5"), change("deal", "6"));
  await world.drain();
  world.advance(3_600_000);
}

/** Customer 2 has the number that company 8 would get by default, and project 6 that of deal 9: both are held. */
async function hold(world: SyncWorld, run: Run): Promise<void> {
  await transfer(world);
  await editCustomerRecord(run, { id: "2", edit: { customerNumber: "8" } });
  await editProjectRecord(run, { id: "6", edit: { shortForm: "9" } });
  world.hubspot.putCompany(sampleCompany("8"));
  world.hubspot.putDeal(sampleDeal("9"), "1");
  await world.tell(change("company", "8"), change("deal", "9"));
  await world.drain();
}

async function giveNumbers(world: SyncWorld, run: Run): Promise<void> {
  await transfer(world);
  await editCustomerRecord(run, { id: "2", edit: { customerNumber: "K-2" } });
  await editProjectRecord(run, { id: "6", edit: { shortForm: "P-6", tasks: ["Bau"] } });
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "a company arrives with what belongs to it": {
    begin: () => Promise.resolve(),
    act: async (world) => {
      world.hubspot.putCompany(sampleCompany("1"));
      world.hubspot.putContact(sampleContact("3"), ["1"]);
      world.hubspot.putDeal(sampleDeal("5"), "1");
      await world.tell(change("deal", "5"), change("contact", "3"));
    },
  },
  "companies merge into a third id": {
    begin: giveNumbers,
    act: async (world) => {
      world.hubspot.mergeCompanies(["1", "2"], sampleCompany("90", later));
      await world.tell(change("company", "2", { deleted: 1 }));
    },
  },
  "companies merge, an old one survives": {
    begin: giveNumbers,
    act: async (world) => {
      world.hubspot.mergeCompanies(["1", "2"], sampleCompany("1", later));
      await world.tell(change("company", "1", { merged: 1 }), change("company", "2", { deleted: 1 }));
    },
  },
  "deals merge into a third id": {
    begin: giveNumbers,
    act: async (world) => {
      world.hubspot.mergeDeals(["5", "6"], sampleDeal("95", later), "1");
      await world.tell(change("deal", "5", { deleted: 1 }));
    },
  },
  "contacts merge, told of the survivor alone": {
    begin: async (world) => {
      await transfer(world);
      world.hubspot.putContact(sampleContact("4"), ["2"]);
      await world.tell(change("contact", "4"));
      await world.drain();
      world.advance(3_600_000);
    },
    act: async (world) => {
      world.hubspot.mergeContacts(["3", "4"], sampleContact("93", later), ["1", "2"]);
      await world.tell(change("contact", "93", { merged: 1 }));
    },
  },
  "a newcomer finds its number taken": {
    begin: async (world, run) => {
      await transfer(world);
      await editCustomerRecord(run, { id: "2", edit: { customerNumber: "8" } });
    },
    act: async (world) => {
      world.hubspot.putCompany(sampleCompany("8"));
      await world.tell(change("company", "8"));
    },
  },
  "a customer gives a number back that another waits for": {
    begin: hold,
    act: (_world, run) => editCustomerRecord(run, { id: "2", edit: { customerNumber: "FREI" } }),
  },
  "a project gives a short form back that another waits for": {
    begin: hold,
    act: (_world, run) => editProjectRecord(run, { id: "6", edit: { shortForm: "FREI", tasks: ["Bau"] } }),
  },
  "a customer is detached": {
    begin: transfer,
    act: async (_world, run) => {
      await detachCustomerRecord(run, { id: "1" });
    },
  },
  "a customer is attached to another company": {
    begin: async (world, run) => {
      await giveNumbers(world, run);
      await detachCustomerRecord(run, { id: "2" });
      await world.drain();
      world.hubspot.putCompany(sampleCompany("91"));
    },
    act: (_world, run) => attachCustomerRecord(run, { id: "2", ontoId: "91" }),
  },
};

interface Crash {
  readonly atCall: number;
  readonly isAfter: boolean;
}

/** Plays a scenario; the process dies once, at one call of the store, and whoever asked asks again. */
async function play({ begin, act }: Scenario, crash?: Crash) {
  const world = createSyncWorld();
  const run: Run = { ...world.ports, cause: "admin" };
  await begin(world, run);
  await world.drain();
  let calls = 0;
  let answers = 0;
  let isDead = false;
  let hasDied = false;
  const mayDie = (isDue: boolean): void => {
    isDead ||= isDue && !hasDied;
    if (isDead) throw new Death();
  };
  world.faults.beforeStore = () => {
    if (!isDead) calls += 1;
    mayDie(crash?.isAfter === false && crash.atCall === calls);
  };
  world.faults.afterStore = () => {
    if (!isDead) answers += 1;
    mayDie(crash?.isAfter === true && crash.atCall === answers);
  };
  world.faults.beforeQueue = () => mayDie(false);
  let isAsked = false;
  for (let starts = 0; starts < 4; starts += 1) {
    try {
      if (!isAsked) await act(world, run);
      isAsked = !isDead;
      if (!isDead) await drainUntil(world, () => isDead);
    } catch (error) {
      if (!isDead) throw error;
    }
    if (!isDead) break;
    isDead = false;
    hasDied = true;
  }
  world.faults.beforeStore = () => undefined;
  world.faults.afterStore = () => undefined;
  return { calls, hasDied, world, run, ...partContent(world) };
}

/** Records, numbers that their records carry, and reservations that a death left behind: those a pass frees. */
function partContent(world: SyncWorld) {
  const { store } = world;
  const numberOf = new Map([
    ...store
      .customers()
      .map(({ companyId, customerNumber }) => [`customerNumber ${companyId}`, customerNumber] as const),
    ...store.projects().map(({ dealId, shortForm }) => [`shortForm ${dealId}`, shortForm] as const),
  ]);
  const claims = store.reservations();
  const isCarried = ({ kind, holderId, number }: (typeof claims)[number]): boolean =>
    numberOf.get(`${kind} ${holderId}`) === number;
  const spell = ({ kind, holderId, number }: (typeof claims)[number]): string => `${kind} ${number} of ${holderId}`;
  return {
    records: contentOf(world).filter((row) => !("holderId" in row)),
    carried: claims.filter(isCarried).map(spell),
    left: claims.filter((claim) => !isCarried(claim)).map(spell),
  };
}

async function drainUntil(world: SyncWorld, isDead: () => boolean): Promise<void> {
  while (world.queue.size() > 0 && !isDead()) {
    world.advance(Math.max(0, (world.queue.nextVisibleAtMs() ?? 0) - world.now()));
    await world.work();
  }
}

describe.each(Object.entries(SCENARIOS))("when %s", (_name, scenario) => {
  it("ends the same, wherever between two calls of the store the process dies", async () => {
    const { calls, records, carried, left } = await play(scenario);
    expect(calls).toBeGreaterThan(2);
    expect(left).toEqual([]);
    for (let atCall = 1; atCall <= calls; atCall += 1) {
      for (const isAfter of [false, true]) {
        const crashed = await play(scenario, { atCall, isAfter });
        expect(crashed.hasDied, `death at call ${atCall}`).toBe(true);
        const when = `after a death ${isAfter ? "after" : "before"} call ${atCall}`;
        expect({ when, records: crashed.records, carried: crashed.carried }).toEqual({ when, records, carried });
        expect(crashed.left.length).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe("when a customer's number is changed and nobody asks again after a death", () => {
  const scenario: Scenario = {
    begin: transfer,
    act: () => Promise.resolve(),
  };

  it("leaves every customer a number of its own, and loses none for good", async () => {
    for (let atCall = 1; atCall <= 6; atCall += 1) {
      const { world, run } = await play(scenario);
      let calls = 0;
      world.faults.afterStore = () => {
        calls += 1;
        if (calls >= atCall) throw new Death();
      };
      await editCustomerRecord(run, { id: "2", edit: { customerNumber: "K-2" } }).catch(() => undefined);
      world.faults.afterStore = () => undefined;
      await world.drain();
      for (const { companyId, customerNumber } of world.store.customers()) {
        const holder = world.store.reservations().find(({ number }) => number === customerNumber)?.holderId;
        expect(holder, `number ${customerNumber} after a death at call ${atCall}`).toBe(companyId);
      }
      // Whatever the death left reserved is up for others once nobody can be at work on it any more.
      world.advance(3_600_000);
      const used = world.store.customers().find(({ companyId }) => companyId === "2")?.customerNumber;
      const other = used === "K-2" ? "2" : "K-2";
      const taken = await editCustomerRecord(run, { id: "1", edit: { customerNumber: other } });
      expect(taken).toMatchObject({ kind: "done", record: { customerNumber: other } });
    }
  });
});
