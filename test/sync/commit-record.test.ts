import { beforeEach, describe, expect, it } from "vitest";
import { METRICS } from "../../lib/contract.ts";
import type { Origin } from "../../lib/domain/change.ts";
import type { Decision } from "../../lib/domain/decision.ts";
import type { Customer } from "../../lib/domain/record.ts";
import { commitRecord, type Committing } from "../../lib/sync/commit-record.ts";
import { describeCustomers } from "../../lib/sync/local-write.ts";
import type { Run } from "../../lib/sync/run.ts";
import { sampleCustomer } from "../fixtures/sample-records.ts";
import { createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

/** A reservation older than this was left behind by a crash. Milliseconds. */
const LEAKED_AFTER_MS = 20 * 60_000;
const STARTED_AT_MS = 1_790_000_660_000;

let world: SyncWorld;
let nowMs: number;
let run: Run;

/** Customers 7 and 8 with their numbers, on a clock that stands still. */
beforeEach(async () => {
  world = createSyncWorld();
  nowMs = STARTED_AT_MS;
  run = { ...world.ports, clock: { now: () => nowMs, sleep: () => Promise.resolve() }, cause: "event" };
  for (const id of ["7", "8"]) {
    await world.store.write(sampleCustomer(id));
    await reserve(id, id);
  }
});

const reserve = (number: string, holderId: string, takeFrom?: string) =>
  world.store.reserveNumber({
    kind: "customerNumber",
    number,
    holderId,
    atMs: nowMs,
    ...(takeFrom !== undefined && { takeFrom }),
  });
const read = (id: string) => describeCustomers(world).read(id);
const numbers = () => world.store.reservations().map(({ number, holderId }) => `${number} of ${holderId}`);

/** The next revision of what is stored, with changes. */
function next(stored: Customer | undefined, changes: Partial<Customer>): Customer {
  return { ...(stored ?? sampleCustomer("7")), revision: (stored?.revision ?? 0) + 1, ...changes };
}

function write(record: Customer, more: { isTouch?: boolean; again?: "perhapsOlder" } = {}): Decision<Customer> {
  return { kind: "write", record, isTouch: false, ...more };
}

/** Gives customer 7 a number unless another writer was faster. */
function renumber(customerNumber: string): Partial<Committing<Customer>> {
  return {
    decide: (stored) =>
      Promise.resolve({
        decision: stored?.revision === 1 ? write(next(stored, { customerNumber })) : { kind: "keep" },
      }),
  };
}

const commit = async (committing: Partial<Committing<Customer>>, id = "7") =>
  commitRecord(
    run,
    {
      ...describeCustomers(run),
      id,
      decide: () => Promise.resolve({ decision: { kind: "keep" } }),
      hold: (stored, holder) => write(next(stored, { state: "failing", reason: { code: "numberTaken", ...holder } })),
      ...committing,
    },
    await read(id),
  );

function withoutNumber(record: Customer): Customer {
  const { customerNumber: _, ...rest } = record;
  return rest;
}

/** What is left of a customer that customer 7 absorbed. */
function pointerOf(giver: Customer): Customer {
  return {
    ...withoutNumber(giver),
    state: "merged",
    reason: { code: "absorbedBy", survivorId: "7" },
    revision: giver.revision + 1,
  };
}

/** Writes changes whatever is stored. */
const commitChange = (changes: Partial<Customer>, more = {}, origin?: Origin) =>
  commit({ origin, decide: (stored) => Promise.resolve({ decision: write(next(stored, changes), more) }) });

/** Runs `act` once, before the next call of the store with this name. */
function before(name: string, act: () => Promise<unknown>): void {
  world.faults.beforeStore = async (called) => {
    if (called !== name) return;
    world.faults.beforeStore = undefined;
    await act();
  };
}

/** Another writer changes customer 7. */
const rival = async (changes: Partial<Customer>) => world.store.write(next(await read("7"), changes));

describe("commitRecord", () => {
  it.each([
    ["is done", {}, { outcome: { kind: "done", writes: 0 }, isSettled: true }],
    ["is put off", { again: "perhapsOlder" }, { outcome: { kind: "again", why: "perhapsOlder" }, isSettled: false }],
  ] as const)("writes nothing where the decision keeps what is stored and %s", async (_name, more, committed) => {
    const stored = await read("7");
    const decide = () => Promise.resolve({ decision: { kind: "keep", ...more } as const });
    expect(await commit({ decide })).toEqual({ record: stored, ...committed });
    expect(await read("7")).toEqual(stored);
    expect(world.log).toEqual([]);
  });

  it.each([
    ["a change", {}, { outcome: { kind: "done", writes: 1 }, isSettled: true }],
    ["a move of the fence as no change", { isTouch: true }, { outcome: { kind: "done", writes: 0 }, isSettled: true }],
    [
      "what was written although it is to be read again",
      { again: "perhapsOlder" },
      { outcome: { kind: "again", why: "perhapsOlder" }, isSettled: true },
    ],
  ] as const)("counts %s", async (_name, more, committed) => {
    const record = next(await read("7"), { changedAtMs: nowMs });
    expect(await commit({ decide: () => Promise.resolve({ decision: write(record, more) }) })).toEqual({
      record,
      ...committed,
    });
    expect(await read("7")).toEqual(record);
  });

  it("tells what was written and which deliveries led to it, but no move of a fence", async () => {
    const reason = { code: "refused", error: "too large" } as const;
    const origin = { deliveryIds: ["d1", "d2"], receivedAtMs: 1 };
    await commitChange({});
    await commitChange({ state: "failing", reason }, {}, origin);
    await commitChange({}, { isTouch: true });
    const told = { type: "customer", id: "7", cause: "event" };
    expect(world.log).toEqual([
      { message: "record written", fields: { ...told, state: "linked", revision: 2 } },
      {
        message: "record written",
        fields: { ...told, state: "failing", reason: "refused", revision: 3, correlationId: "d1,d2" },
      },
    ]);
    expect(world.counts.get(METRICS.recordsFailing)).toEqual([1]);
  });

  it("asks for no number that the record has already", async () => {
    const calls: string[] = [];
    world.faults.beforeStore = (name) => void calls.push(name);
    await commitChange({ changedAtMs: nowMs });
    expect(calls).toEqual(["readCustomers", "write"]);
  });

  it("gives up after eight writes that lost their race", async () => {
    let decisions = 0;
    const decide = (stored: Customer | undefined) => {
      decisions += 1;
      return Promise.resolve({ decision: write(next(stored, {})) });
    };
    const winRace = async (name: string): Promise<void> => {
      if (name !== "write") return;
      world.faults.beforeStore = undefined;
      nowMs += 1;
      await rival({ changedAtMs: nowMs });
      world.faults.beforeStore = winRace;
    };
    world.faults.beforeStore = winRace;
    await expect(commit({ decide })).rejects.toMatchObject({
      name: "RetryableError",
      code: "locked",
      message: "record 7 is contended: 8 writes lost their race",
    });
    expect(decisions).toBe(8);
  });
});

describe("a number that was reserved for a write which lost its race", () => {
  it("is given back when the faster writer chose another one", async () => {
    before("write", () => rival({ customerNumber: "K-other" }));
    expect(await commit(renumber("K-7"))).toMatchObject({ record: { customerNumber: "K-other" } });
    expect(numbers()).toEqual(["7 of 7", "8 of 8"]);
  });

  it("is given back when the faster writer left the one before", async () => {
    before("write", () => rival({}));
    await commit(renumber("K-7"));
    expect(numbers()).toEqual(["7 of 7", "8 of 8"]);
  });

  it("stays when the faster writer gave the record the same one", async () => {
    before("write", () => rival({ customerNumber: "K-7", changedAtMs: nowMs }));
    await commit(renumber("K-7"));
    expect(numbers()).toEqual(["7 of 7", "8 of 8", "K-7 of 7"]);
  });

  it("stays when the record has none, for whoever is about to give it this one", async () => {
    before("write", async () => world.store.write(withoutNumber(next(await read("7"), {}))));
    await commit(renumber("K-7"));
    expect(numbers()).toEqual(["7 of 7", "8 of 8", "K-7 of 7"]);
  });

  it("stays when another request for the same record has reserved it again since", async () => {
    before("write", async () => {
      await rival({});
      before("releaseNumber", () => {
        nowMs += 1;
        return reserve("K-7", "7");
      });
    });
    await commit(renumber("K-7"));
    expect(numbers()).toContain("K-7 of 7");
  });
});

describe("a number that is taken", () => {
  it("holds the record, and says so", async () => {
    const reason = { code: "numberTaken", number: "8", holderId: "8", holderName: "Müller & Söhne 8" };
    expect(await commit(renumber("8"))).toMatchObject({
      record: { state: "failing", reason },
      outcome: { kind: "done", writes: 1, isHeld: true },
    });
  });

  it("holds the record without a name when its holder is not stored", async () => {
    await reserve("K-7", "9");
    const reason = { number: "K-7", holderId: "9", holderName: "" };
    expect(await commit(renumber("K-7"))).toMatchObject({ record: { reason } });
  });

  it("writes nothing when the record was held already", async () => {
    const stored = await read("7");
    expect(await commit({ ...renumber("8"), hold: () => ({ kind: "keep" }) })).toEqual({
      record: stored,
      outcome: { kind: "done", writes: 0 },
      isSettled: true,
    });
  });

  it.each<["is held already" | "is held now", Partial<Committing<Customer>>]>([
    ["is held already", { hold: () => ({ kind: "keep" }) }],
    ["is held now", {}],
  ])("leaves a read that is not believed yet to be repeated, although the record %s", async (_name, hold) => {
    const decision = write(next(await read("7"), { customerNumber: "8" }), { again: "perhapsOlder" });
    const { outcome } = await commit({ decide: () => Promise.resolve({ decision }), ...hold });
    expect(outcome).toEqual({ kind: "again", why: "perhapsOlder" });
  });

  it.each([
    ["is left to it for twenty minutes", LEAKED_AFTER_MS, "9"],
    ["is taken after that", LEAKED_AFTER_MS + 1, "7"],
  ])("by a record that does not carry it %s", async (_name, ageMs, holderId) => {
    await reserve("K-7", "9");
    nowMs += ageMs;
    await commit(renumber("K-7"));
    expect(numbers()).toContain(`K-7 of ${holderId}`);
    expect(await read("7")).toMatchObject({ state: holderId === "7" ? "linked" : "failing" });
  });

  it("stays with a record that carries it, however long ago it was reserved", async () => {
    nowMs += 2 * LEAKED_AFTER_MS;
    expect(await commit(renumber("8"))).toMatchObject({ record: { state: "failing" } });
    expect(numbers()).toEqual(["7 of 7", "8 of 8"]);
  });

  it("holds the record when another one was faster to take what a crash left behind", async () => {
    await reserve("K-7", "9");
    nowMs += LEAKED_AFTER_MS + 1;
    before("reserveNumber", async () => {
      before("reserveNumber", () => reserve("K-7", "8", "9"));
    });
    expect(await commit(renumber("K-7"))).toMatchObject({ record: { state: "failing" } });
    expect(numbers()).toContain("K-7 of 8");
  });

  it("is not asked for by a write that takes the number away", async () => {
    const decision = write(withoutNumber(next(await read("7"), {})));
    await commit({ decide: () => Promise.resolve({ decision }) });
    expect(numbers()).toEqual(["7 of 7", "8 of 8"]);
  });
});

describe("a number that a merge hands over", () => {
  /** Customer 7 takes the number of customer 8, whatever that is by then. */
  const takeOver: Partial<Committing<Customer>> = {
    decide: async (stored) => {
      const giver = await read("8");
      if (giver?.customerNumber === undefined) return { decision: { kind: "keep" } };
      const { customerNumber } = giver;
      return { decision: write(next(stored, { customerNumber })), giver: { id: "8", pointer: pointerOf(giver) } };
    },
  };

  it("goes over with the giver's pointer, and both writes are told", async () => {
    expect(await commit(takeOver)).toMatchObject({
      record: { customerNumber: "8" },
      outcome: { kind: "done", writes: 1 },
    });
    expect(numbers()).toEqual(["7 of 7", "8 of 7"]);
    expect(await read("8")).toMatchObject({ state: "merged" });
    expect(world.log.map(({ fields }) => [fields["id"], fields["state"], fields["reason"]])).toEqual([
      ["7", "linked", undefined],
      ["8", "merged", "absorbedBy"],
    ]);
  });

  it("is decided anew when the giver has moved on", async () => {
    before("handOver", async () => {
      const giver = await read("8");
      if (giver === undefined) throw new Error("customer 8 is missing");
      await reserve("K-8", "8");
      return world.store.write(next(giver, { customerNumber: "K-8" }));
    });
    expect(await commit(takeOver)).toMatchObject({ record: { customerNumber: "K-8" } });
    expect(numbers()).toContain("K-8 of 7");
  });

  it("goes nowhere while it is reserved for a third record", async () => {
    await reserve("8", "9", "8");
    await expect(commit(takeOver)).rejects.toMatchObject({
      name: "RetryableError",
      code: "locked",
      message: "the number that 8 hands over to 7 is reserved for 9",
    });
    expect(await read("7")).toMatchObject({ customerNumber: "7" });
    expect(await read("8")).toMatchObject({ customerNumber: "8" });
    expect(world.log).toEqual([]);
  });

  it("goes over from a third record that died with it", async () => {
    await reserve("8", "9", "8");
    nowMs += LEAKED_AFTER_MS + 1;
    expect(await commit(takeOver)).toMatchObject({ record: { customerNumber: "8" } });
    expect(numbers()).toEqual(["7 of 7", "8 of 7"]);
  });
});
