import { randomUUID } from "node:crypto";
import type { SQSEvent } from "aws-lambda";
import { OBJECT_TYPES } from "../domain/hubspot-object.ts";
import { parsePassEvent } from "../sqs/pass-queue.ts";
import type { PassDemand, PassMessage } from "../sync/pass-ports.ts";
import { continuePass } from "../sync/pass/continue-pass.ts";
import type { PassPorts } from "../sync/pass/pass-types.ts";
import { startPass } from "../sync/pass/start-pass.ts";
import type { InvocationClock } from "./time-limit.ts";

/** How long a pass that another one cannot stand for waits for that one. Seconds. */
const NEXT_TRY_SECONDS = 60;

/**
 * Creates the handler behind the pass queue: starts a pass when asked to, and works on the one that a message names. An
 * error lets the message come back.
 */
export function createPassHandler(ports: PassPorts): (event: SQSEvent, context: InvocationClock) => Promise<void> {
  const work = async (message: PassMessage, deadlineMs: number): Promise<void> => {
    if ("start" in message) await start(ports, message);
    else await continuePass(ports, message, { owner: randomUUID(), deadlineMs });
  };
  return async (event, context) => {
    const deadlineMs = ports.clock.now() + context.getRemainingTimeInMillis();
    for (const message of parsePassEvent(event)) await work(message, deadlineMs);
  };
}

async function start(ports: PassPorts, demand: PassDemand): Promise<void> {
  const started = await startPass(ports);
  if (started.kind === "started")
    ports.telemetry.info("pass started", { passId: started.passId, reason: demand.cause });
  if (started.kind !== "running") return;
  ports.telemetry.info("another pass is at work", { passId: started.passId, reason: demand.cause });
  const isDone = demand.cause === "schedule" && (await provesAll(ports, started.passId));
  if (!isDone) await ports.passQueue.send(demand, NEXT_TRY_SECONDS);
}

/** Whether a pass compares everything and repairs it, as the nightly one does. */
async function provesAll({ passes }: PassPorts, passId: string): Promise<boolean> {
  const pass = await passes.readPass(passId);
  return pass?.isDryRun === false && pass.types.length === OBJECT_TYPES.length;
}
