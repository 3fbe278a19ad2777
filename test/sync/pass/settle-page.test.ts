import { describe, expect, it } from "vitest";
import { addNumber, createNumberSums } from "../../../lib/domain/number-sums.ts";
import { NonRetryableError, RetryableError } from "../../../lib/sync/errors.ts";
import type { ComparedObject } from "../../../lib/sync/pass/compared-object.ts";
import type { Outcome } from "../../../lib/sync/run.ts";
import { open } from "../../fixtures/pass-portal.ts";
import { openSession } from "../../fixtures/pass-session.ts";
import { ALL_DEALS } from "../../fixtures/pass-world.ts";
import { samplePerson, sampleCustomer, sampleProject, sampleUntransferred } from "../../fixtures/sample-records.ts";
import { compare, countsOf, listPutOff, repairTo, settle, suspect } from "../../fixtures/settled-page.ts";

const customer = sampleCustomer("7");
const gone = sampleCustomer("7", { state: "deleted" });
const done = (writes: number): Outcome => ({ kind: "done", writes });
const failed = (error: unknown): Outcome => ({ kind: "failed", error });
const refused = new NonRetryableError("number is used up", { code: "refused" });

const updated = { updated: 1, repaired: 1, "by.missedEvent": 1 };
const failing = sampleCustomer("7", { state: "failing" });

interface Counted {
  readonly name: string;
  readonly object?: Partial<ComparedObject>;
  readonly outcome?: Outcome;
  readonly counts: Readonly<Record<string, number>>;
}

describe("a settled page", () => {
  it.each<Counted>([
    { name: "is right", counts: { read: 1, active: 1, unchanged: 1 } },
    { name: "has nothing stored", object: { stored: [] }, counts: { read: 1, skipped: 1 } },
    { name: "is not transferred", object: { stored: [sampleUntransferred("7")] }, counts: { read: 1, skipped: 1 } },
    { name: "is gone as it should be", object: { isListed: false, stored: [gone] }, counts: {} },
    {
      name: "has one active record beside one that is gone",
      object: { stored: [gone, customer] },
      counts: { read: 1, active: 1, unchanged: 1 },
    },
    {
      name: "has a failing record beside one that is right",
      object: { stored: [customer, failing] },
      counts: { read: 1, active: 2, failing: 1 },
    },
    {
      name: "was repaired",
      object: { finding: suspect(repairTo(customer)) },
      outcome: done(1),
      counts: { read: 1, active: 1, ...updated },
    },
    {
      name: "turned out right when it was applied",
      object: { finding: suspect(repairTo(customer)) },
      outcome: done(0),
      counts: { read: 1, active: 1, unchanged: 1 },
    },
    {
      name: "waits for its number",
      object: { finding: suspect(repairTo(customer)) },
      outcome: { kind: "done", writes: 1, isHeld: true },
      counts: { read: 1, active: 1, failing: 1 },
    },
    {
      name: "could not be applied",
      object: { finding: suspect(repairTo(customer)) },
      outcome: failed(refused),
      counts: { read: 1, active: 1, failing: 1 },
    },
    {
      name: "looks older than what is stored",
      object: { finding: suspect(repairTo(customer)) },
      outcome: { kind: "again", why: "olderThanStored" },
      counts: { read: 1, active: 1, deferred: 1 },
    },
    {
      name: "would lose something",
      object: {
        isListed: false,
        finding: { kind: "deferred", repairs: [repairTo(gone, { isHarm: true }), repairTo(gone)] },
      },
      counts: { active: 1, deferred: 1, harmed: 1 },
    },
  ])("counts what $name", async ({ object, outcome, counts }) => {
    const { world } = open();
    const session = await openSession(world);
    const company = outcome === undefined ? {} : { "7": outcome };
    await settle(session, { compared: [compare(object)], applied: { company } });
    expect(countsOf(session, "company")).toEqual(counts);
  });

  it("applies nothing where there is no suspect", async () => {
    const session = await openSession(open().world);
    expect(await settle(session, { compared: [compare()] })).toBe(0);
    expect(session.hasDeferred).toBe(false);
  });

  it("puts off what would lose something", async () => {
    const { world } = open();
    const session = await openSession(world);
    const finding = { kind: "deferred", repairs: [repairTo(gone, { effect: "deactivated", isHarm: true })] } as const;
    await settle(session, { compared: [compare({ finding })] });
    expect(await listPutOff(world, session)).toEqual(["company:7:deactivated=1:repaired=1:by.missedEvent=1"]);
  });
});

describe("companies that contacts of a page needed", () => {
  const page = {
    type: "contact",
    compared: [compare({ stored: [], finding: suspect(repairTo(samplePerson("9", "7"))) })],
  } as const;

  it("are counted as created, those that are here now", async () => {
    const { world } = open();
    for (const id of ["1", "2", "3"]) await world.store.write(sampleCustomer(id));
    const session = await openSession(world);
    await settle(session, { ...page, applied: { company: { "1": done(1), "2": done(0), "3": failed(refused) } } });
    expect(countsOf(session, "company")).toEqual({ created: 1, repaired: 1, "by.missedEvent": 1 });
  });

  it("are not looked for where there are none", async () => {
    const { world } = open();
    const session = await openSession(world);
    const asked: string[] = [];
    world.faults.beforeStore = (name) => void asked.push(name);
    await settle(session, { ...page, applied: { contact: { "7": done(1) }, company: { "2": done(0) } } });
    expect(asked).toEqual([]);
    expect(countsOf(session, "company")).toEqual({});
  });
});

describe("an object of a page that failed", () => {
  it.each([
    ["its own message", refused, "number is used up"],
    [
      "no other message, which may quote anything",
      new TypeError("Erika Mustermann"),
      "unexpected failure, see the log",
    ],
  ])("is marked with %s", async (_name, error, why) => {
    const { world } = open();
    await world.store.write(customer);
    const session = await openSession(world);
    await settle(session, {
      compared: [compare({ finding: suspect(repairTo(customer)) })],
      applied: { company: { "7": failed(error) } },
    });
    expect(world.store.customers()).toMatchObject([{ state: "failing", reason: { code: "refused", error: why } }]);
    expect(world.log).toContainEqual(
      expect.stringMatching(/^object failed in the pass \{"type":"company","id":"7","error":/u),
    );
  });

  it.each([
    ["an outage", new NonRetryableError("token rejected", { code: "tokenRejected" })],
    ["what may succeed the next time", new RetryableError("is locked", { code: "locked" })],
  ])("stops the pass for %s", async (_name, error) => {
    const { world } = open();
    await world.store.write(customer);
    const session = await openSession(world);
    const compared = [compare({ finding: suspect(repairTo(customer)) })];
    await expect(settle(session, { compared, applied: { company: { "7": failed(error) } } })).rejects.toBe(error);
    expect(world.store.customers()).toEqual([customer]);
  });

  it("is left alone where something else was to be repaired, or it was repaired", async () => {
    const { world } = open();
    await world.store.write(customer);
    const session = await openSession(world);
    const compared = [
      compare(),
      compare({ id: "8", finding: suspect(repairTo(sampleCustomer("8"))) }),
      compare({ id: "9", finding: suspect() }),
    ];
    await settle(session, { compared, applied: { company: { "7": failed(refused), "8": done(1) } } });
    expect(world.store.customers()).toEqual([customer]);
    expect(world.log).toEqual([]);
  });
});

describe("a page of a trial", () => {
  const excluded = sampleCustomer("7", { state: "excluded" });
  const compared = [
    compare({ finding: suspect(repairTo(excluded, { effect: "frozen" })) }),
    compare({
      id: "8",
      finding: { kind: "deferred", repairs: [repairTo(gone, { effect: "deactivated", isHarm: true })] },
    }),
    compare({ id: "9", finding: suspect(repairTo(sampleProject("9", "7"))) }),
    compare({ id: "10", finding: suspect(repairTo(customer, { stored: excluded })) }),
  ];

  it("applies nothing, counts what it would, and keeps the customers that it would turn", async () => {
    const { world } = open();
    await world.store.write(customer);
    const session = await openSession(world, { pass: { isDryRun: true } });
    expect(await settle(session, { compared })).toBe(0);
    expect(world.store.customers()).toEqual([customer]);
    expect(countsOf(session, "company")).toEqual({
      read: 4,
      active: 4,
      frozen: 1,
      deactivated: 1,
      updated: 2,
      repaired: 4,
      deferred: 1,
      harmed: 1,
      "by.missedEvent": 4,
    });
    expect(await listPutOff(world, session)).toEqual(["7:excluded", "7:deleted", "7:linked"]);
    expect(session.state.listed).toEqual([]);
  });

  it("names what it would change, and counts what it would release, where other rules are tried", async () => {
    const { world } = open();
    const session = await openSession(world, { pass: { isDryRun: true }, checkpoint: { preview: ALL_DEALS } });
    await settle(session, { compared });
    await settle(session, { compared: [compare()] });
    expect(countsOf(session, "company")).toMatchObject({ released: 1 });
    expect(session.state.listed.map(({ effect, id }) => `${effect} ${id}`)).toEqual([
      "frozen 7",
      "deactivated 7",
      "updated 9",
      "released 7",
    ]);
  });
});

describe("the numbers of a page", () => {
  const kept = sampleProject("9", "7", { shortForm: "P-1" });
  const { shortForm: _none, ...unnumbered } = kept;
  const { customerNumber: _no, ...nameless } = customer;

  it("are summed up as they are once it is repaired", async () => {
    const session = await openSession(open().world);
    const renumbered = sampleCustomer("7", { customerNumber: "K-2" });
    const compared = [
      compare({ finding: suspect(repairTo(renumbered)) }),
      compare({ id: "8", stored: [sampleCustomer("8")], finding: suspect() }),
      compare({ id: "9", stored: [kept], finding: { kind: "deferred", repairs: [repairTo(unnumbered)] } }),
      compare({ id: "10", stored: [unnumbered] }),
      compare({ id: "11", stored: [nameless] }),
      compare({ id: "12", stored: [] }),
      compare({ id: "13", stored: [samplePerson("13", "7")] }),
    ];
    await settle(session, { compared, applied: { company: { "7": done(1), "8": done(0) } } });
    const numbers = { customerNumber: createNumberSums(), shortForm: createNumberSums() };
    addNumber(numbers.customerNumber, { number: "K-2", holderId: "7" });
    addNumber(numbers.customerNumber, { number: "8", holderId: "8" });
    addNumber(numbers.shortForm, { number: "P-1", holderId: "9" });
    expect(session.state.numbers).toEqual(numbers);
  });
});
