import type { Figure, Measurement } from "../figure.ts";
import { billedWrites } from "../recorder/dynamodb-recorder.ts";
import { countChangedRecords, countEvents, isRecordWrite, sumOver, sumUnits } from "../trace/trace-sums.ts";
import { ASSUMPTIONS, playWebhookTraces, type WebhookTraces } from "../trace/webhook-traces.ts";
import type { TraceCost } from "../trace/wire-world.ts";

/** What the webhook path writes, and what it sends. */
export const WEBHOOK_UNITS: Measurement = {
  rows: "5,6,7",
  title: "write units and SQS requests of the webhook path",
  measure: async (report) => {
    const traces = await playWebhookTraces(report);
    return [...measureRepeats(traces), measureChanges(traces), measureRequests(traces)];
  },
};

function measureRepeats({ repeatedAtOnce, repeatedLate }: WebhookTraces): readonly Figure[] {
  return [
    {
      row: "5",
      name: `write units per duplicate event, delivered again after ${ASSUMPTIONS.lateRepeatMinutes} minutes`,
      goal: "0",
      minimum: "0 (write or test by condition: 1–4)",
      measured: perEvent(repeatedLate).toFixed(3),
      isMet: perEvent(repeatedLate) === 0,
      isGate: true,
      note: `${countEvents(repeatedLate)} events of interactive editing, of every kind`,
    },
    {
      row: "5a",
      name: "the same, delivered again at once",
      goal: "0",
      minimum: "0 (write or test by condition: 1–4)",
      measured: perEvent(repeatedAtOnce).toFixed(3),
      isMet: perEvent(repeatedAtOnce) === 0,
      isGate: false,
      note: "Property changes cost nothing; an object with an event that moves no `updatedAt` (association, deletion) moves its fence, one unit for all its events of a batch, or a slower worker's older read could still land after this one (ABA). Since the guard ends with the longest life of a worker, row 5 is 0; to remember each event instead would cost a write for every event",
    },
  ];
}

function perEvent(trace: TraceCost): number {
  return billedWrites(sumUnits(trace)) / countEvents(trace);
}

/** Units of the table for records that were there before. */
function unitsOfChanges({ batches }: TraceCost): number {
  const writes = batches.flatMap((batch) => batch.writes);
  return sumOver(
    writes.filter((write) => isRecordWrite(write) && !write.isNew),
    ({ write }) => write,
  );
}

function measureChanges({ storm, interactive }: WebhookTraces): Figure {
  const changed = countChangedRecords(storm);
  const largest = Math.max(...storm.batches.flatMap(({ writes }) => writes.map(({ bytes }) => bytes)));
  const interactiveWrites = interactive.batches.flatMap(({ writes }) => writes).filter(isRecordWrite);
  return {
    row: "6",
    name: "write units per changed record of at most 1 KB",
    goal: "1",
    minimum: "1 (with two indexes of every field: 5)",
    measured: (unitsOfChanges(storm) / changed).toFixed(3),
    isMet: unitsOfChanges(storm) <= changed,
    isGate: true,
    note: `${changed} changes by a workflow, largest record ${largest} bytes; in interactive editing ${interactiveWrites.length} writes took ${sumOver(interactiveWrites, ({ write }) => write)} units, and their index entries ${sumOver(interactiveWrites, ({ index }) => index)}`,
  };
}

function measureRequests({ filling, interactive, storm }: WebhookTraces): Figure {
  const deliveries = [filling, interactive, storm].flatMap((trace) => trace.deliveries);
  const requests = sumOver(deliveries, ({ sqs }) => sqs.requests);
  const events = sumOver(deliveries, (delivery) => delivery.events);
  const bytes = sumOver(deliveries, ({ sqs }) => sqs.bytes);
  return {
    row: "7",
    name: "SQS requests per webhook delivery",
    goal: "1",
    minimum: "1 (one message an event: 10–100)",
    measured: (requests / deliveries.length).toFixed(3),
    isMet: requests <= deliveries.length,
    isGate: true,
    note: `${deliveries.length} deliveries; ${Math.round(bytes / events)} bytes of message an event, ${Math.max(...deliveries.map(({ sqs }) => sqs.bytes))} at most`,
  };
}
