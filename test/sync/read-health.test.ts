import { describe, expect, it } from "vitest";
import { OBJECT_TYPES } from "../../lib/domain/hubspot-object.ts";
import { RECORD_STATES, type RecordState, type SyncRecord } from "../../lib/domain/record.ts";
import type { Pass } from "../../lib/sync/pass-ports.ts";
import type { ListQuery } from "../../lib/sync/ports.ts";
import { MOST_COUNTED, MOST_NAMED, readHealth, type HealthPorts } from "../../lib/sync/read-health.ts";
import { sampleCustomer, samplePerson, sampleProject } from "../fixtures/sample-records.ts";

const NONE = Object.fromEntries(RECORD_STATES.map((state) => [state, 0]));

/** A list that holds so many records of each state, and tells what it was asked. */
function listOf<R extends SyncRecord>(
  make: (id: string, state: RecordState) => R,
  held: Partial<Record<RecordState, number>>,
) {
  const asked: ListQuery[] = [];
  const list = async (query: ListQuery) => {
    asked.push(query);
    const { state = "linked", limit } = query;
    const all = Array.from({ length: held[state] ?? 0 }, (_, index) => make(String(index + 1), state));
    return { items: all.slice(0, limit) };
  };
  return { asked, list };
}

function portsOf(given: {
  readonly customers?: Partial<Record<RecordState, number>>;
  readonly persons?: Partial<Record<RecordState, number>>;
  readonly projects?: Partial<Record<RecordState, number>>;
  readonly lastEventAtMs?: number;
  /** Page by page. */
  readonly passes?: readonly (readonly Pass[])[];
}) {
  const customers = listOf((id, state) => sampleCustomer(id, { state }), given.customers ?? {});
  const persons = listOf((id, state) => samplePerson(id, "1", { state }), given.persons ?? {});
  const projects = listOf((id, state) => sampleProject(id, "1", { state }), given.projects ?? {});
  const limits: unknown[] = [];
  const ports: HealthPorts = {
    store: { listCustomers: customers.list, listContactPersons: persons.list, listProjects: projects.list },
    queue: { readDepth: async () => ({ waiting: 1, inFlight: 2, delayed: 3 }) },
    deadLetters: { readDepth: async () => ({ waiting: 4, inFlight: 0, delayed: 0 }) },
    passes: {
      readLastEvent: async () => given.lastEventAtMs,
      listPasses: async (query) => {
        limits.push(query);
        const page = Number(query.cursor ?? 0);
        const items = given.passes?.[page] ?? [];
        return { items, ...(page + 1 < (given.passes?.length ?? 0) && { cursor: String(page + 1) }) };
      },
    },
  };
  return { ports, asked: [customers.asked, persons.asked, projects.asked], limits };
}

function passOf(passId: string, changes: Partial<Pass> = {}): Pass {
  return { passId, status: "succeeded", startedAtMs: 1, isDryRun: false, types: OBJECT_TYPES, counts: {}, ...changes };
}

function show({ type, state }: SyncRecord): string {
  return `${type} ${state}`;
}

describe("readHealth", () => {
  it("counts each list by each state, and names who is excluded or failing", async () => {
    const each = Object.fromEntries(RECORD_STATES.map((state, index) => [state, index + 1]));
    const { ports } = portsOf({ customers: each, persons: { failing: 1 }, projects: { excluded: 2, waiting: 9 } });
    const health = await readHealth(ports);
    expect(health.counts).toEqual({
      customers: each,
      contactPersons: { ...NONE, failing: 1 },
      projects: { ...NONE, excluded: 2, waiting: 9 },
    });
    expect(health.excluded.map(show)).toEqual([
      "customer excluded",
      "customer excluded",
      "project excluded",
      "project excluded",
    ]);
    expect(health.failing.map(show)).toEqual([
      ...Array.from({ length: 9 }, () => "customer failing"),
      "contactPerson failing",
    ]);
  });

  it("asks for no more of any state than it counts, and names no more than it names", async () => {
    const { ports, asked } = portsOf({ customers: { excluded: MOST_COUNTED + 1 } });
    const health = await readHealth(ports);
    expect(health.counts.customers.excluded).toBe(MOST_COUNTED);
    expect(health.excluded).toHaveLength(MOST_NAMED);
    const expected = RECORD_STATES.map((state) => ({ state, limit: MOST_COUNTED }));
    expect(asked).toEqual([expected, expected, expected]);
  });

  it("shows when the last event came, and the newest pass", async () => {
    const { ports, limits } = portsOf({ lastEventAtMs: 7, passes: [[passOf("p2"), passOf("p1")]] });
    expect(await readHealth(ports)).toMatchObject({ lastEventAtMs: 7, lastPass: passOf("p2") });
    expect(limits).toStrictEqual([{ limit: 10 }]);
  });

  it("lets no dry run hide the pass before it, however many there were", async () => {
    const stopped = { ...passOf("p1"), status: "stopped" } as const;
    const tried = { isDryRun: true };
    const passes = [[passOf("p4", tried), passOf("p3", tried)], [passOf("p2", tried), stopped], [passOf("p0")]];
    const { ports, limits } = portsOf({ passes });
    expect((await readHealth(ports)).lastPass).toEqual(stopped);
    expect(limits).toEqual([{ limit: 10 }, { limit: 10, cursor: "1" }]);
    expect((await readHealth(portsOf({ passes: [[passOf("p1", tried)]] }).ports)).lastPass).toBeUndefined();
  });

  it("lets no partial pass hide the one of all types before it, and shows both", async () => {
    const stopped = passOf("p1", { status: "stopped" });
    const partial = passOf("p3", { types: ["contact"] });
    const passes = [[partial, passOf("p2", { types: ["company", "deal"] })], [stopped]];
    expect(await readHealth(portsOf({ passes }).ports)).toMatchObject({ lastPass: stopped, lastPartialPass: partial });
  });

  it("shows a partial pass only when it is newer, or the only one", async () => {
    const partial = passOf("p1", { types: ["contact"] });
    const older = await readHealth(portsOf({ passes: [[passOf("p2"), partial]] }).ports);
    expect([older.lastPass?.passId, Object.keys(older).includes("lastPartialPass")]).toEqual(["p2", false]);
    const only = await readHealth(portsOf({ passes: [[partial]] }).ports);
    expect([Object.keys(only).includes("lastPass"), only.lastPartialPass?.passId]).toEqual([false, "p1"]);
  });

  it("shows the queues, and last event and pass only once there are any", async () => {
    const empty = await readHealth(portsOf({}).ports);
    expect(empty.queue).toEqual({ waiting: 1, inFlight: 2, delayed: 3 });
    expect(empty.deadLetters).toEqual({ waiting: 4, inFlight: 0, delayed: 0 });
    expect(Object.keys(empty)).not.toContain("lastEventAtMs");
    expect(Object.keys(empty)).not.toContain("lastPass");
  });
});
