import { AsyncLocalStorage } from "node:async_hooks";
import type { ObjectType } from "../domain/hubspot-object.ts";
import type { Use, UseMeter } from "../sync/pass/pass-types.ts";

const NOTHING: Use = { hubspotCalls: 0, readUnits: 0, writeUnits: 0 };

/** A meter that adapters report to. */
export interface ReportedMeter extends UseMeter {
  readonly add: (use: Partial<Use>) => void;
}

/**
 * Creates the meter of a process. Who uses something is known from the asynchronous context: types are worked on at once
 * and share clients, pacer and rules, none of which has to know on whose behalf it is called.
 */
export function createUseMeter(): ReportedMeter {
  const context = new AsyncLocalStorage<ObjectType | undefined>();
  const sums = new Map<ObjectType | undefined, Use>();
  return {
    run: (type, work) => context.run(type, work),
    add: (use) => {
      const type = context.getStore();
      sums.set(type, addUse(sums.get(type) ?? NOTHING, { ...NOTHING, ...use }));
    },
    readType: (type) => sums.get(type) ?? NOTHING,
    readTotal: () => [...sums.values()].reduce(addUse, NOTHING),
  };
}

function addUse(left: Use, right: Use): Use {
  return {
    hubspotCalls: left.hubspotCalls + right.hubspotCalls,
    readUnits: left.readUnits + right.readUnits,
    writeUnits: left.writeUnits + right.writeUnits,
  };
}
