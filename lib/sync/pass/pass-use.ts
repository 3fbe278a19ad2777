import { OBJECT_TYPES } from "../../domain/hubspot-object.ts";
import { TimeShares } from "../../domain/time-shares.ts";
import { OTHER_USE } from "../../domain/use-rows.ts";
import type { ObjectType } from "../../domain/hubspot-object.ts";
import type { PassCheckpoint, PassPorts, PassUsage, TypeUse, Use } from "./pass-types.ts";

const NOTHING: TypeUse = { hubspotCalls: 0, readUnits: 0, writeUnits: 0, durationMs: 0 };

type UsePorts = Pick<PassPorts, "clock" | "meter" | "readUsage">;

/**
 * What a pass used, altogether and for each type, in all its invocations. What an invocation used after its last
 * checkpoint is forgotten when it dies, and used once more by the one that goes on.
 */
export class PassUse {
  readonly #ports: UsePorts;
  readonly #before: Pick<PassCheckpoint, "used" | "usedByType">;
  /** What the process had used for earlier passes. */
  readonly #atStart: PassUsage;
  readonly #atStartByType: ReadonlyMap<ObjectType, Use>;
  readonly #times: TimeShares;

  constructor(ports: UsePorts, before: Pick<PassCheckpoint, "used" | "usedByType">) {
    this.#ports = ports;
    this.#before = before;
    this.#atStart = ports.readUsage();
    this.#atStartByType = new Map(OBJECT_TYPES.map((type) => [type, ports.meter.readType(type)]));
    this.#times = new TimeShares(ports.clock.now());
  }

  get total(): PassUsage {
    const now = this.#ports.readUsage();
    const { used } = this.#before;
    return {
      ...growUse(used, this.#atStart, now),
      rateLimitedCalls: used.rateLimitedCalls + now.rateLimitedCalls - this.#atStart.rateLimitedCalls,
      ...(now.allowedPerSecond !== undefined && { allowedPerSecond: now.allowedPerSecond }),
    };
  }

  async workOn<T>(type: ObjectType, work: () => Promise<T>): Promise<T> {
    const { clock, meter } = this.#ports;
    this.#times.begin(type, clock.now());
    try {
      return await meter.run(type, work);
    } finally {
      this.#times.end(type, clock.now());
    }
  }

  /** What the next invocation goes on from. */
  toCheckpoint(nowMs: number): Pick<PassCheckpoint, "used" | "usedByType"> {
    const byType = OBJECT_TYPES.map((type) => [type, this.#useOf(type, nowMs)] as const);
    return { used: this.total, usedByType: Object.fromEntries(byType) };
  }

  /** By type and for the rest, so that everything adds up to the pass' own figures. */
  describe(
    types: readonly ObjectType[],
    { nowMs, durationMs }: { readonly nowMs: number; readonly durationMs: number },
  ): Readonly<Record<string, Readonly<Record<string, number>>>> {
    const { hubspotCalls, readUnits, writeUnits } = this.total;
    const rest = { hubspotCalls, readUnits, writeUnits, durationMs };
    const described: Record<string, Record<string, number>> = {};
    for (const type of types) {
      const used = this.#useOf(type, nowMs);
      const shown = { ...used, durationMs: Math.floor(used.durationMs) };
      described[type] = shown;
      rest.hubspotCalls -= shown.hubspotCalls;
      rest.readUnits -= shown.readUnits;
      rest.writeUnits -= shown.writeUnits;
      rest.durationMs -= shown.durationMs;
    }
    return { ...described, [OTHER_USE]: rest };
  }

  #useOf(type: ObjectType, nowMs: number): TypeUse {
    const before = this.#before.usedByType?.[type] ?? NOTHING;
    const grown = growUse(before, this.#atStartByType.get(type) ?? NOTHING, this.#ports.meter.readType(type));
    return { ...grown, durationMs: before.durationMs + this.#times.shareOf(type, nowMs) };
  }
}

/** What was used before, and from one reading of a meter to the next. */
function growUse(before: Use, from: Use, to: Use): Use {
  return {
    hubspotCalls: before.hubspotCalls + to.hubspotCalls - from.hubspotCalls,
    readUnits: before.readUnits + to.readUnits - from.readUnits,
    writeUnits: before.writeUnits + to.writeUnits - from.writeUnits,
  };
}
