import { COST_ASSUMPTIONS, priceOf, spellDollars, type Usage } from "../costs.ts";
import type { Figure, Measurement } from "../figure.ts";
import { PRICES } from "../prices.ts";
import { billedWrites } from "../recorder/dynamodb-recorder.ts";
import { countChangedRecords, countEvents, listCalls, sumOver, sumUnits } from "../trace/trace-sums.ts";
import { playWebhookTraces } from "../trace/webhook-traces.ts";
import type { StreamCost, TraceCost } from "../trace/wire-world.ts";

const GOAL_EVENTS = 1.5;
const GOAL_PASS = 3.5;
const PAGE_OBJECTS = 100;

/** The counted units at AWS's list prices. Logs, metrics and what costs the same at rest are not in it. */
export const COSTS: Measurement = {
  rows: "19",
  title: "cost model",
  measure: async (report) => {
    const { interactive, stream } = await playWebhookTraces(report);
    return [measureEvents(interactive), ...[100_000, 8_000_000].map((records) => measurePass(stream, records))];
  },
};

function measureEvents(trace: TraceCost): Figure {
  const scale = 1_000_000 / countEvents(trace);
  const ours = priceOf(usageOf(trace)) * scale;
  const floor = priceOf(fewestUsage(trace)) * scale;
  const naive = priceOf(naiveUsage(trace)) * scale;
  return {
    row: "19",
    name: "modelled cost per 1M events of interactive editing ÷ the floor",
    goal: `≤ ${GOAL_EVENTS}`,
    minimum: `1 (naive: ${(naive / floor).toFixed(1)})`,
    measured: (ours / floor).toFixed(2),
    isMet: ours <= floor * GOAL_EVENTS,
    isGate: false,
    note: `${spellDollars(ours)}; floor ${spellDollars(floor)}: HubSpot's deliveries, one message each, one write unit a changed record, the calls' waiting. Naive ${spellDollars(naive)}: a message, an invocation, three calls, a read and five write units an event. Prices of ${PRICES.region}, ${PRICES.date}`,
  };
}

function usageOf(trace: TraceCost): Usage {
  const { receiverGigabytes, receiverSeconds, workerGigabytes, hubspotCallSeconds } = COST_ASSUMPTIONS;
  const { deliveries, batches } = trace;
  const units = sumUnits(trace);
  const workerSeconds = listCalls(trace).length * hubspotCallSeconds;
  const sent = sumOver(deliveries, ({ sqs }) => sqs.requests) + sumOver(batches, ({ sqs }) => sqs.requests);
  return {
    httpRequests: deliveries.length,
    invocations: deliveries.length + batches.length,
    gigabyteSeconds: deliveries.length * receiverSeconds * receiverGigabytes + workerSeconds * workerGigabytes,
    sqsRequests: sent + sumOver(batches, pollsOf),
    readUnits: units.read,
    writeUnits: billedWrites(units),
  };
}

/** Receiving and deleting. */
function pollsOf({ messages }: { readonly messages: number }): number {
  return 2 * Math.ceil(messages / COST_ASSUMPTIONS.messagesPerPoll);
}

function fewestUsage(trace: TraceCost): Usage {
  const ours = usageOf(trace);
  const { deliveries, batches } = trace;
  const sqsRequests = deliveries.length + sumOver(batches, pollsOf);
  return { ...ours, sqsRequests, readUnits: 0, writeUnits: countChangedRecords(trace) };
}

function naiveUsage(trace: TraceCost): Usage {
  const events = countEvents(trace);
  const { receiverGigabytes, receiverSeconds, workerGigabytes, hubspotCallSeconds } = COST_ASSUMPTIONS;
  return {
    httpRequests: trace.deliveries.length,
    invocations: trace.deliveries.length + events,
    gigabyteSeconds:
      trace.deliveries.length * receiverSeconds * receiverGigabytes + events * 3 * hubspotCallSeconds * workerGigabytes,
    sqsRequests: events * 3,
    readUnits: events,
    writeUnits: events * 5,
  };
}

function measurePass({ records: streamed, readUnits }: StreamCost, records: number): Figure {
  const { callsPerSecond, passShare, passGigabytes, passInvocationSeconds, checkpointSeconds, hubspotCallSeconds } =
    COST_ASSUMPTIONS;
  const calls = records / PAGE_OBJECTS;
  const usageIn = (seconds: number, units: Pick<Usage, "readUnits" | "writeUnits">): Usage => ({
    httpRequests: 0,
    invocations: Math.ceil(seconds / passInvocationSeconds),
    gigabyteSeconds: seconds * passGigabytes,
    sqsRequests: 3 * Math.ceil(seconds / passInvocationSeconds),
    ...units,
  });
  const seconds = calls / (callsPerSecond * passShare);
  const perRecord = readUnits / streamed;
  const ours = priceOf(usageIn(seconds, { readUnits: records * perRecord, writeUnits: seconds / checkpointSeconds }));
  const floor = priceOf(usageIn(calls / callsPerSecond, { readUnits: 0, writeUnits: 0 }));
  const naive = priceOf(usageIn(calls * hubspotCallSeconds, { readUnits: records, writeUnits: records }));
  const isLarge = records > 1_000_000;
  return {
    row: isLarge ? "19b" : "19a",
    name: `modelled cost of a pass over ${records.toLocaleString("en")} unchanged records ÷ the floor`,
    goal: `≤ ${GOAL_PASS}`,
    minimum: `1 (naive: ${(naive / floor).toFixed(0)})`,
    measured: (ours / floor).toFixed(2),
    isMet: ours <= floor * GOAL_PASS,
    isGate: false,
    note: `${spellDollars(ours)}; floor ${spellDollars(floor)}: a function that waits for HubSpot's limit. Naive ${spellDollars(naive)}: one call at a time, each record read by its key and stamped as seen. ${perRecord.toFixed(3)} read units a record were counted on the traces' portal of ${streamed} records`,
  };
}
