import { OBJECT_TYPES } from "../../domain/hubspot-object.ts";
import { chunk } from "../run.ts";
import type { ObjectType } from "../../domain/hubspot-object.ts";
import type { Pass, PassCounts } from "../pass-ports.ts";
import type { Run } from "../run.ts";
import { PassUse } from "./pass-use.ts";
import type { PassCheckpoint, PassPorts, PassUsage } from "./pass-types.ts";

/** Work that a crash may cost. Milliseconds. */
const CHECKPOINT_EVERY_MS = 10_000;

/** An owner that has not renewed its lease for so long is dead. Milliseconds. */
const LEASE_MS = 120_000;

/** How long the next invocation may take to start. Milliseconds. */
const HAND_OVER_MS = 900_000;

/** Set aside before the deadline to finish pages, store the checkpoint and hand over. Milliseconds. */
const RESERVE_MS = 60_000;

/** Deferred objects of one chunk: even with every effect and cause there is they stay below the 300 KB of an item. */
export const CHUNK_ENTRIES = 800;

/** Another invocation works on the pass now; nothing more may be stored. */
export class LostLeaseError extends Error {
  override readonly name = "LostLeaseError";
}

/** When a lease that is taken or renewed now ends. */
export function leaseUntil(nowMs: number): number {
  return nowMs + LEASE_MS;
}

interface SessionOptions {
  readonly ports: PassPorts;
  readonly pass: Pass;
  readonly owner: string;
  /** When the invocation is ended from outside. */
  readonly deadlineMs: number;
  readonly checkpoint: PassCheckpoint;
}

/**
 * One invocation's hold on a pass: what it counted, what it put off, and the checkpoint. Counts, put-off objects and
 * progress change in one synchronous step, so whatever is stored fits together.
 */
export class PassSession {
  readonly ports: PassPorts;
  readonly run: Run;
  readonly pass: Pass;
  readonly owner: string;
  state: PassCheckpoint;
  /** How long the next invocation shall wait before it goes on. Seconds. */
  restSeconds = 0;
  readonly #deadlineMs: number;
  readonly #startedAtMs: number;
  readonly #use: PassUse;
  readonly #workedBeforeMs: number;
  readonly #counts: Record<string, Record<string, number>>;
  #deferred: string[] = [];
  #savedAtMs: number;
  #saving: Promise<void> | undefined;

  constructor({ ports, pass, owner, deadlineMs, checkpoint }: SessionOptions) {
    const settings = checkpoint.preview ?? ports.settings;
    this.ports = ports;
    const isSameProperty = settings.exclusion.property === ports.settings.exclusion.property;
    const hubspot = isSameProperty ? ports.hubspot : ports.readerFor(settings.exclusion.property);
    this.run = { ...ports, hubspot, settings, cause: "pass" };
    this.pass = pass;
    this.owner = owner;
    this.state = checkpoint;
    this.#deadlineMs = deadlineMs;
    this.#startedAtMs = ports.clock.now();
    this.#savedAtMs = this.#startedAtMs;
    this.#use = new PassUse(ports, checkpoint);
    this.#workedBeforeMs = checkpoint.workedMs;
    this.#counts = Object.fromEntries(Object.entries(pass.counts).map(([heading, counts]) => [heading, { ...counts }]));
  }

  get isTimeUp(): boolean {
    return !this.hasTimeFor(0);
  }

  hasTimeFor(milliseconds: number): boolean {
    return this.ports.clock.now() + milliseconds < this.#deadlineMs - RESERVE_MS;
  }

  /** A new state; callers pass what changes. */
  update(changes: Partial<PassCheckpoint>): void {
    this.state = { ...this.state, ...changes };
  }

  add(heading: string, counts: Readonly<Record<string, number>>): void {
    const sums = (this.#counts[heading] ??= {});
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  }

  countOf(heading: string, name: string): number {
    return this.#counts[heading]?.[name] ?? 0;
  }

  /** Objects of all types that were read so far. */
  get totalRead(): number {
    return sumOf(this.pass.types, (type) => this.countOf(type, "read"));
  }

  /** Grows whenever the pass gets on. */
  get progress(): number {
    return this.totalRead + this.state.applied + (this.state.sweep?.pages ?? 0);
  }

  clearCounts(): void {
    for (const heading of Object.keys(this.#counts)) delete this.#counts[heading];
  }

  defer(entries: readonly string[]): void {
    this.#deferred.push(...entries);
  }

  /** Whether anything was put off, stored or not. */
  get hasDeferred(): boolean {
    return this.state.chunks > 0 || this.#deferred.length > 0;
  }

  get counts(): PassCounts {
    return this.countsAt(this.ports.clock.now());
  }

  /** All counts, with what each type used until now. */
  countsAt(nowMs: number): PassCounts {
    const { types, startedAtMs } = this.pass;
    const used = this.#use.describe(types, { nowMs, durationMs: nowMs - startedAtMs });
    const headings = [...Object.keys(this.#counts), ...Object.keys(used)];
    const sums = headings.map((heading) => [heading, { ...this.#counts[heading], ...used[heading] }] as const);
    return { ...Object.fromEntries(sums), progress: this.#describeProgress() };
  }

  get workedMs(): number {
    return this.#workedBeforeMs + this.ports.clock.now() - this.#startedAtMs;
  }

  get usage(): PassUsage {
    return this.#use.total;
  }

  /** Works on one type; what that uses, and its share of the time, are the type's. */
  workOn<T>(type: ObjectType, work: () => Promise<T>): Promise<T> {
    return this.#use.workOn(type, work);
  }

  /** @throws LostLeaseError */
  async saveIfDue(): Promise<void> {
    const isDue = this.ports.clock.now() - this.#savedAtMs >= CHECKPOINT_EVERY_MS;
    if ((isDue || this.#deferred.length >= CHUNK_ENTRIES) && this.#saving === undefined) await this.save();
  }

  /** @throws LostLeaseError */
  async save(leaseMs: number = LEASE_MS): Promise<void> {
    while (this.#saving !== undefined) await this.#saving;
    // What it costs is no type's, whichever it was that found it due.
    this.#saving = this.ports.meter.run(undefined, () => this.#store(leaseMs));
    try {
      await this.#saving;
    } finally {
      this.#saving = undefined;
    }
  }

  /**
   * Leaves the pass to the next invocation. The lease stays, so that no other pass starts in between; the message names
   * its owner, and whoever receives it first takes the lease over.
   *
   * @throws LostLeaseError
   */
  async handOver(delaySeconds: number): Promise<void> {
    await this.save(HAND_OVER_MS + delaySeconds * 1000);
    await this.ports.passQueue.send({ passId: this.pass.passId, handedBy: this.owner }, delaySeconds);
  }

  async #store(leaseMs: number): Promise<void> {
    const nowMs = this.ports.clock.now();
    const deferred = this.#deferred;
    const parts = chunk(deferred, CHUNK_ENTRIES);
    const firstChunk = this.state.chunks;
    this.#deferred = [];
    this.#savedAtMs = nowMs;
    this.update({ chunks: firstChunk + parts.length, workedMs: this.workedMs, ...this.#use.toCheckpoint(nowMs) });
    const { passId, startedAtMs } = this.pass;
    const checkpoint = structuredClone(this.state);
    const saving = { passId, owner: this.owner, leaseUntilMs: nowMs + leaseMs, checkpoint, counts: this.counts };
    // An invocation that lost its lease may overwrite a chunk here before it notices below. What is lost that way is
    // found by the next pass, and what is too much is only read once more.
    try {
      for (const [index, ids] of parts.entries())
        await this.ports.passes.appendCandidates({ pass: { passId, startedAtMs }, chunk: firstChunk + index, ids });
      if ((await this.ports.passes.saveCheckpoint(saving)) === "lostLease") throw new LostLeaseError("lease lost");
    } catch (error) {
      this.#deferred = [...deferred, ...this.#deferred];
      this.update({ chunks: firstChunk });
      throw error;
    }
  }

  /** Pace and prospects, for whoever watches. */
  #describeProgress(): Readonly<Record<string, number>> {
    const read = this.totalRead;
    const expected = sumOf(this.pass.types, (type) => this.state.expected[type] ?? 0);
    const workedSeconds = Math.max(1, this.workedMs / 1000);
    const { hubspotCalls, rateLimitedCalls, readUnits, writeUnits, allowedPerSecond } = this.usage;
    const recordsPerSecond = read / workedSeconds;
    const left = expected - read;
    return {
      read,
      recordsPerSecond: Math.round(recordsPerSecond),
      hubspotCalls,
      rateLimitedCalls,
      readUnits: Math.round(readUnits),
      writeUnits: Math.round(writeUnits),
      workedSeconds: Math.round(workedSeconds),
      ...(expected > 0 && { expected, donePercent: Math.min(100, Math.floor((100 * read) / expected)) }),
      ...(left > 0 && recordsPerSecond > 0 && { remainingSeconds: Math.round(left / recordsPerSecond) }),
      ...(allowedPerSecond !== undefined && {
        limitUsedPercent: Math.round((100 * hubspotCalls) / workedSeconds / allowedPerSecond),
      }),
    };
  }
}

/** The parts of the work, in order: what is in one part is listed at once. */
export function listGroups(session: PassSession): readonly (readonly ObjectType[])[] {
  const types = OBJECT_TYPES.filter((type) => session.pass.types.includes(type));
  // Contacts and deals of companies that are not here yet would fetch them one by one; and a dry run must know which
  // customers would turn before it comes to what depends on them.
  const isInTurn = session.state.isFirstImport || session.pass.isDryRun;
  const groups = isInTurn ? [["company"] as const, ["contact", "deal"] as const] : [OBJECT_TYPES];
  return groups.map((group) => types.filter((type) => group.some((member) => member === type)));
}

function sumOf<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((sum, item) => sum + valueOf(item), 0);
}
