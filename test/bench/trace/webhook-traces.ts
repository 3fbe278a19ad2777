import { createFilling, createWorkflowStorm } from "./bulk-traces.ts";
import { createInteractiveTrace, type TraceIds } from "./interactive-trace.ts";
import { createWireWorld, type TraceCost } from "./wire-world.ts";

/** Printed with the figures: the same seeds give the same traces. */
export const TRACE_SEEDS = { world: 1, clicks: 7 } as const;

/** The assumptions behind the traces, as the README tells them. */
export const ASSUMPTIONS = {
  people: 200,
  secondsBetweenSaves: 30,
  clicks: 1_000,
  portal: { companies: 300, contacts: 500, deals: 300 },
  stormPerSecond: 100,
  lateRepeatMinutes: 30,
} as const;

/** What each trace cost, in the order in which they were played in one portal. */
export interface WebhookTraces {
  readonly filling: TraceCost;
  readonly interactive: TraceCost;
  /** The interactive one delivered once more, at once. */
  readonly repeatedAtOnce: TraceCost;
  /** And once more after half an hour. */
  readonly repeatedLate: TraceCost;
  /** A workflow sets a value of every contact, and one of every company. */
  readonly storm: TraceCost;
  /** A workflow excludes every company. */
  readonly exclusion: TraceCost;
}

let played: Promise<WebhookTraces> | undefined;

/** Plays the traces once, however many figures are taken from them. */
export function playWebhookTraces(report: (progress: string) => void): Promise<WebhookTraces> {
  played ??= play(report);
  return played;
}

async function play(report: (progress: string) => void): Promise<WebhookTraces> {
  const world = await createWireWorld({ seed: TRACE_SEEDS.world });
  const ids: TraceIds = { company: [], contact: [], deal: [] };
  const { people, secondsBetweenSaves, clicks, stormPerSecond: perSecond } = ASSUMPTIONS;
  try {
    report("filling the portal");
    const filling = await world.play(createFilling(ids, ASSUMPTIONS.portal));
    const before = world.delivered().length;
    report("interactive editing");
    const clicksPerSecond = people / secondsBetweenSaves;
    const interactive = await world.play(
      createInteractiveTrace(ids, { seed: TRACE_SEEDS.clicks, clicks, clicksPerSecond }),
    );
    const deliveries = world.delivered().slice(before);
    report("the same deliveries once more");
    const repeatedAtOnce = await world.repeat(deliveries, 0);
    const repeatedLate = await world.repeat(deliveries, ASSUMPTIONS.lateRepeatMinutes * 60_000);
    report("workflow storms");
    const storm = await world.play([
      ...createWorkflowStorm(ids, { type: "contact", property: "jobtitle", perSecond }),
      ...createWorkflowStorm(ids, { type: "company", property: "description", perSecond }),
    ]);
    const exclusion = await world.play(
      createWorkflowStorm(ids, { type: "company", property: "zep", value: "nein", perSecond }),
    );
    return { filling, interactive, repeatedAtOnce, repeatedLate, storm, exclusion };
  } finally {
    await world.close();
  }
}
