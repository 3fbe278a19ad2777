import { METRICS } from "../../contract.ts";
import { NonRetryableError, RetryableError } from "../errors.ts";
import { endPass, failUnworked } from "./end-pass.ts";
import { LostLeaseError, PassSession, leaseUntil } from "./pass-session.ts";
import { restartWithSettings, workOnPass } from "./work-on-pass.ts";
import type { HandOver } from "../pass-ports.ts";
import type { PassPorts } from "./pass-types.ts";

/** One invocation of the function. */
export interface Invocation {
  /** Random name, to hold the lease with. */
  readonly owner: string;
  /** When the invocation is ended from outside. Epoch milliseconds. */
  readonly deadlineMs: number;
}

/** Failures without progress after which a pass fails. With the waits in between that is some two hours. */
const MOST_SETBACKS = 12;

const FIRST_WAIT_SECONDS = 15;

/** A deployment in the middle of a pass may change what a checkpoint is. */
const OTHER_VERSION = "another version of this function had begun it; start it anew";

/** The longest delay of an SQS message. Seconds. */
const LONGEST_WAIT_SECONDS = 900;

/**
 * Works on a pass until it is over or the time is, and then hands it to the next invocation. A pass that somebody else
 * works on is looked at again when its lease should have ended.
 *
 * @throws RetryableError, NonRetryableError when the store fails; the message comes back then
 */
export async function continuePass(ports: PassPorts, handOver: HandOver, invocation: Invocation): Promise<void> {
  const { passId } = handOver;
  const nowMs = ports.clock.now();
  const { owner, deadlineMs } = invocation;
  const taken = await ports.passes.takeOver({ ...handOver, owner, nowMs, leaseUntilMs: leaseUntil(nowMs) });
  switch (taken.kind) {
    case "over":
      ports.telemetry.info("pass is over", { passId });
      return;
    case "held": {
      const waitSeconds = Math.ceil((taken.leaseUntilMs - nowMs) / 1000) + 1;
      ports.telemetry.info("pass is in other hands", { passId });
      await ports.passQueue.send({ passId }, Math.min(LONGEST_WAIT_SECONDS, waitSeconds));
      return;
    }
    case "unreadable":
      await failUnworked(ports, { pass: taken.pass, owner, reason: OTHER_VERSION });
      ports.telemetry.error("pass failed", { passId, reason: OTHER_VERSION });
      if (!taken.pass.isDryRun) ports.telemetry.count(METRICS.passFailed, 1);
      return;
    case "taken": {
      // A pass without a checkpoint lost its starter before its first message; nobody can have asked for it here.
      if (taken.checkpoint === undefined) return;
      await work(new PassSession({ ports, pass: taken.pass, owner, deadlineMs, checkpoint: taken.checkpoint }));
    }
  }
}

async function work(session: PassSession): Promise<void> {
  try {
    restartWithSettings(session);
    if ((await workOnPass(session)) === "timeUp") await session.handOver(session.restSeconds);
  } catch (error) {
    await settleSetback(session, error);
  }
}

/** An outage is waited for; whatever else stops a pass ends it as failed. */
async function settleSetback(session: PassSession, error: unknown): Promise<void> {
  const { telemetry } = session.ports;
  const { passId } = session.pass;
  if (error instanceof LostLeaseError) {
    telemetry.warn("pass was taken over", { passId });
    return;
  }
  const { progress } = session;
  const setbacks = progress > session.state.progressAtSetback ? 1 : session.state.setbacks + 1;
  telemetry.warn("pass was interrupted", { passId, error, count: setbacks });
  if (!(error instanceof RetryableError) || setbacks > MOST_SETBACKS) {
    await endPass(session, { status: "failed", reason: describeFailure(error) });
    return;
  }
  session.update({ setbacks, progressAtSetback: progress });
  const waitSeconds = Math.max(FIRST_WAIT_SECONDS * 2 ** (setbacks - 1), error.retryAfterSeconds ?? 0);
  await session.handOver(Math.min(LONGEST_WAIT_SECONDS, Math.ceil(waitSeconds)));
}

/** Only our own errors' messages are free of personal data. */
function describeFailure(error: unknown): string {
  const isOurs = error instanceof RetryableError || error instanceof NonRetryableError;
  return isOurs ? error.message : "unexpected failure, see the log";
}
