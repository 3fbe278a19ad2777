import { describe, expect, it } from "vitest";
import { METRICS } from "../../../lib/contract.ts";
import type { ObjectType } from "../../../lib/domain/hubspot-object.ts";
import { NonRetryableError, RetryableError } from "../../../lib/sync/errors.ts";
import type { HandOver, Pass } from "../../../lib/sync/pass-ports.ts";
import type { ListPage } from "../../../lib/sync/ports.ts";
import { continuePass } from "../../../lib/sync/pass/continue-pass.ts";
import { startPass, type PassRequest } from "../../../lib/sync/pass/start-pass.ts";
import { FRESH_CHECKPOINT } from "../../fixtures/pass-session.ts";
import { fill, numbers } from "../../fixtures/pass-portal.ts";
import type { PassWorld } from "../../fixtures/pass-world.ts";

const QUARTER_HOUR_MS = 900_000;
const LEASE_MS = 120_000;

interface Started {
  readonly world: PassWorld;
  readonly passId: string;
  readonly message: HandOver;
}

/** A second pass over 250 companies that has been started; its first message is received. */
async function begin(request: PassRequest = {}): Promise<Started> {
  const { world } = fill({ companies: 250, contacts: 0, deals: 0 }, { latencyMs: 1_000 });
  await world.runPass();
  await world.clock.run(world.clock.sleep(1_000));
  const started = await world.clock.run(startPass(world.ports, request));
  if (started.kind !== "started") throw new Error(started.kind);
  return { world, passId: started.passId, message: takeMessage(world) };
}

function takeMessage(world: PassWorld): HandOver {
  const message = world.waiting.shift();
  if (message === undefined || "start" in message) throw new Error("no message");
  return message;
}

interface Life {
  readonly owner: string;
  readonly lifeMs?: number;
}

const invoke = ({ world }: Pick<Started, "world">, message: HandOver, { owner, lifeMs = QUARTER_HOUR_MS }: Life) =>
  world.clock.run(continuePass(world.ports, message, { owner, deadlineMs: world.clock.now() + lifeMs }));

/** List calls of a pass over so little: three pages of companies, one of contacts and one of deals, both empty. */
const LISTS = 5;
const countLists = ({ portal }: PassWorld): number => portal.calls.byKind.list ?? 0;

async function readPass({ world, passId }: Started): Promise<Pass | undefined> {
  return world.passes.readPass(passId);
}

/** How long the last message is delayed, by the lease that covers it. Seconds. */
async function readDelay({ world }: Started): Promise<number> {
  const lease = await world.passes.readLease();
  return ((lease?.leaseUntilMs ?? 0) - world.clock.now() - QUARTER_HOUR_MS) / 1_000;
}

describe("continuePass", () => {
  it("works on the pass to its end when there is time", async () => {
    const started = await begin();
    await invoke(started, started.message, { owner: "first" });
    expect(await readPass(started)).toMatchObject({ status: "succeeded", counts: { company: { read: 250 } } });
    expect(started.world.waiting).toEqual([]);
    expect(await started.world.passes.readLease()).toBeUndefined();
  });

  it("a minute before its deadline stops after the page at hand, and hands over what it has", async () => {
    const started = await begin();
    const { world, passId } = started;
    const before = countLists(world);
    // Two pages, a second each; account and property are asked for meanwhile.
    await invoke(started, started.message, { owner: "first", lifeMs: 60_000 + 1_500 });
    expect(await readPass(started)).toMatchObject({ status: "running", counts: { company: { read: 200 } } });
    expect(world.waiting).toEqual([{ passId, handedBy: "first" }]);
    await invoke(started, takeMessage(world), { owner: "second" });
    expect(await readPass(started)).toMatchObject({ status: "succeeded", counts: { company: { read: 250 } } });
    expect(countLists(world) - before).toBe(LISTS);
  });

  it.each([
    [false, 1],
    [true, 0],
  ])(
    "fails a pass (dry run: %s) whose checkpoint another version of the function has stored",
    async (isDryRun, alarms) => {
      const started = await begin({ isDryRun });
      const { world, passId } = started;
      const lease = await world.passes.readLease();
      if (lease === undefined) throw new Error("no lease");
      // JSON has no such number.
      const checkpoint = { ...FRESH_CHECKPOINT, applied: Number.NaN };
      await world.passes.saveCheckpoint({ ...lease, checkpoint, counts: {} });
      await invoke(started, started.message, { owner: "first" });
      expect(await readPass(started)).toMatchObject({
        status: "failed",
        reason: "another version of this function had begun it; start it anew",
      });
      expect(await world.passes.readLease()).toBeUndefined();
      expect(world.metrics[METRICS.passFailed] ?? 0).toBe(alarms);
      expect(await world.passes.readReport(passId)).toMatchObject({ brake: {} });
      expect(await world.runPass()).toMatchObject({ status: "succeeded" });
    },
  );

  it("keeps the lease for the next invocation until that should have come, and lets nobody else start", async () => {
    const started = await begin();
    const { world, passId } = started;
    await invoke(started, started.message, { owner: "first", lifeMs: 60_000 + 2_500 });
    expect(await readDelay(started)).toBe(0);
    await world.clock.run(world.clock.sleep(QUARTER_HOUR_MS - 1));
    expect(await world.clock.run(startPass(world.ports))).toEqual({ kind: "running", passId });
  });

  it("hands over what it cannot even begin", async () => {
    const started = await begin();
    const before = countLists(started.world);
    await invoke(started, started.message, { owner: "first", lifeMs: 60_000 });
    expect(started.world.waiting).toEqual([{ passId: started.passId, handedBy: "first" }]);
    expect(countLists(started.world)).toBe(before);
  });

  it("leaves a pass alone that is over, or that nobody has heard of", async () => {
    const started = await begin();
    await invoke(started, started.message, { owner: "first" });
    const calls = started.world.portal.calls.total;
    await invoke(started, started.message, { owner: "again" });
    await invoke(started, { passId: "nobody" }, { owner: "again" });
    expect(started.world.portal.calls.total).toBe(calls);
    expect(started.world.waiting).toEqual([]);
    expect(started.world.metrics).toMatchObject({ PassSucceeded: 2 });
  });

  it.each([
    { leftMs: LEASE_MS, delaySeconds: 121 },
    { leftMs: 1, delaySeconds: 2 },
  ])(
    "comes back in $delaySeconds s to a pass that another works on, when its lease of $leftMs ms more should have ended",
    async ({ leftMs, delaySeconds }) => {
      const started = await begin();
      const { world, passId } = started;
      const before = countLists(world);
      const nowMs = world.clock.now();
      await world.passes.takeOver({ ...started.message, owner: "other", nowMs, leaseUntilMs: nowMs + LEASE_MS });
      await world.clock.run(world.clock.sleep(LEASE_MS - leftMs));
      const delays: (number | undefined)[] = [];
      const send: PassWorld["ports"]["passQueue"]["send"] = async (message, delay) => {
        expect(message).toEqual({ passId });
        delays.push(delay);
      };
      const ports = { ...world.ports, passQueue: { send } };
      await continuePass(ports, started.message, { owner: "late", deadlineMs: nowMs + QUARTER_HOUR_MS });
      expect(delays).toEqual([delaySeconds]);
      expect(countLists(world)).toBe(before);
    },
  );

  it("works once when a message comes twice at the same time", async () => {
    const started = await begin();
    const { world, message } = started;
    const before = countLists(world);
    const deadlineMs = world.clock.now() + QUARTER_HOUR_MS;
    const both = ["one", "two"].map((owner) => continuePass(world.ports, message, { owner, deadlineMs }));
    await world.clock.run(Promise.all(both));
    expect(countLists(world) - before).toBe(LISTS);
    expect(await readPass(started)).toMatchObject({ status: "succeeded" });
  });

  it("goes on from the last checkpoint of an invocation that vanished, once its lease has ended", async () => {
    const started = await begin();
    const { world, passId } = started;
    world.faults.answer = () => new Promise(() => undefined);
    const vanished = continuePass(world.ports, started.message, { owner: "one", deadlineMs: Number.MAX_SAFE_INTEGER });
    void vanished;
    await world.clock.run(world.clock.sleep(LEASE_MS + 2_000));
    world.faults.answer = undefined;
    await invoke(started, { passId }, { owner: "two" });
    expect(await readPass(started)).toMatchObject({ status: "succeeded", counts: { company: { read: 250 } } });
  });

  it("does nothing for a pass whose starter vanished before the first checkpoint", async () => {
    const { world, passId, message } = await begin();
    const calls = world.portal.calls.total;
    const nowMs = world.clock.now();
    await world.clock.run(world.clock.sleep(LEASE_MS));
    const pass: Pass = { passId: "2", status: "running", startedAtMs: nowMs, isDryRun: false, types: [], counts: {} };
    const lease = { owner: "gone", nowMs: world.clock.now(), leaseUntilMs: world.clock.now() };
    await world.passes.startPass(pass, lease);
    await invoke({ world }, { passId: "2" }, { owner: "one" });
    await invoke({ world }, message, { owner: "two" });
    expect(world.portal.calls.total).toBe(calls);
    expect(await world.passes.readPass(passId)).toMatchObject({ status: "failed", reason: "abandoned" });
  });
});

/** The same, but lists of companies fail, all of them or as told by how many there were. */
function failLists(started: Started, error: Error, isDue: (lists: number) => boolean = () => true): Started {
  const { world } = started;
  const { hubspot } = world.ports;
  let lists = 0;
  const listPage = <T extends ObjectType>(type: T, after?: string): Promise<ListPage<T>> => {
    if (type === "company") lists += 1;
    return type === "company" && isDue(lists) ? Promise.reject(error) : hubspot.listPage(type, after);
  };
  return { ...started, world: { ...world, ports: { ...world.ports, hubspot: { ...hubspot, listPage } } } };
}

const outage = (retryAfterSeconds?: number): RetryableError =>
  new RetryableError("HubSpot answered 503", {
    code: "serverError",
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });

describe("continuePass in an outage", () => {
  it("waits longer after each failure, a quarter of an hour at most, and gives up after twelve in a row", async () => {
    const started = failLists(await begin(), outage());
    const { world } = started;
    const delays: number[] = [];
    let { message } = started;
    for (const number of numbers(12)) {
      await invoke(started, message, { owner: `owner ${number}` });
      delays.push(await readDelay(started));
      message = takeMessage(world);
    }
    expect(delays).toEqual([15, 30, 60, 120, 240, 480, 900, 900, 900, 900, 900, 900]);
    expect(await readPass(started)).toMatchObject({ status: "running" });
    await invoke(started, message, { owner: "the last" });
    expect(await readPass(started)).toMatchObject({ status: "failed", reason: "HubSpot answered 503" });
    expect(world.waiting).toEqual([]);
    expect(world.metrics).toMatchObject({ PassFailed: 1 });
  });

  it("counts anew once it got on", async () => {
    // Two failures, a page, two failures, and so on.
    const started = failLists(await begin(), outage(), (lists) => lists % 3 !== 0);
    const { world } = started;
    const delays: number[] = [];
    let { message } = started;
    for (const number of numbers(5)) {
      await invoke(started, message, { owner: `owner ${number}` });
      delays.push(await readDelay(started));
      message = takeMessage(world);
    }
    expect(delays).toEqual([15, 30, 15, 30, 15]);
  });

  it.each([
    [120, 120],
    [1, 15],
    [86_400, 900],
  ])("waits, asked for %i s, %i s", async (asked, waited) => {
    const started = failLists(await begin(), outage(asked));
    await invoke(started, started.message, { owner: "one" });
    expect(await readDelay(started)).toBe(waited);
  });

  it.each([
    [
      "what only a person can change",
      new NonRetryableError("Scope crm.x is missing", { code: "scopeMissing" }),
      "Scope crm.x is missing",
    ],
    ["a bug, whose message may quote anything", new TypeError("Erika Mustermann"), "unexpected failure, see the log"],
  ])("fails at once for %s", async (_name, error, reason) => {
    const started = failLists(await begin(), error);
    await invoke(started, started.message, { owner: "one" });
    expect(await readPass(started)).toMatchObject({ status: "failed", reason });
    expect(started.world.waiting).toEqual([]);
    expect(await started.world.passes.readLease()).toBeUndefined();
  });

  it("lets the message come back when the table does not take the checkpoint", async () => {
    const started = failLists(await begin(), outage());
    const { world } = started;
    world.faults.beforeStore = (name) => {
      if (name === "saveCheckpoint") throw new RetryableError("DynamoDB answered 503", { code: "throttled" });
    };
    await expect(invoke(started, started.message, { owner: "one" })).rejects.toMatchObject({ code: "throttled" });
    expect(await readPass(started)).toMatchObject({ status: "running" });
  });

  it("stores nothing once another invocation has taken the pass over", async () => {
    const started = failLists(await begin(), outage());
    const { world, passId } = started;
    const hooks = { taken: false };
    world.faults.beforeStore = async (name) => {
      if (name !== "saveCheckpoint" || hooks.taken) return;
      hooks.taken = true;
      const nowMs = world.clock.now() + LEASE_MS;
      await world.passes.takeOver({ passId, owner: "two", nowMs, leaseUntilMs: nowMs + LEASE_MS });
    };
    await expect(invoke(started, started.message, { owner: "one" })).rejects.toMatchObject({ name: "LostLeaseError" });
    expect(world.waiting).toEqual([]);
    expect(await world.passes.readLease()).toMatchObject({ owner: "two" });
  });
});
