import { fillGenerated, type Counts } from "../../../infra/local/hubspot-simulator/generated-import.ts";
import { fictionalCompany } from "../../../infra/local/hubspot-simulator/fictional-values.ts";
import type { SimType } from "../../../infra/local/hubspot-simulator/object-type.ts";
import type { TraceIds } from "./interactive-trace.ts";
import type { TraceStep } from "./wire-world.ts";

/** Everything a portal starts with, created in one moment. `ids` is filled. */
export function createFilling(ids: TraceIds, counts: Counts): readonly TraceStep[] {
  return [
    {
      atMs: 0,
      act: (world) => {
        const filled = fillGenerated(world, counts);
        for (const type of ["company", "contact", "deal"] as const) ids[type].push(...filled.ids[type]);
        return filled.events;
      },
    },
  ];
}

/** An import as HubSpot runs one: each record is created with so many properties, at an even pace. */
export function createImportTrace({
  companies,
  perSecond,
}: {
  readonly companies: number;
  readonly perSecond: number;
}): readonly TraceStep[] {
  return Array.from({ length: companies }, (_, number) => ({
    atMs: Math.floor((number * 1_000) / perSecond),
    act: (world) => world.create("company", { properties: importedCompany(number) }).events,
  }));
}

/** Eight values that are subscribed to. */
const IMPORTED = ["name", "phone", "address", "zip", "city", "state", "country", "website"] as const;

function importedCompany(number: number): Readonly<Record<string, string>> {
  const company = fictionalCompany(number);
  return Object.fromEntries(IMPORTED.map((name) => [name, company[name] ?? ""]));
}

/** A workflow that sets one value of each record of a list, as fast as HubSpot runs it. */
export function createWorkflowStorm(ids: TraceIds, storm: WorkflowStorm): readonly TraceStep[] {
  const { type, property, perSecond } = storm;
  return ids[type].map((id, number) => ({
    atMs: Math.floor((number * 1_000) / perSecond),
    act: (world) => world.update(type, id, { [property]: storm.value ?? `set by workflow ${number}` }).events,
  }));
}

interface WorkflowStorm {
  readonly type: SimType;
  readonly property: string;
  /** The same for all; a different one for each when absent. */
  readonly value?: string;
  readonly perSecond: number;
}
