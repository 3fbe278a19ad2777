import type { SQSEvent } from "aws-lambda";
import type { Telemetry } from "../../lib/sync/ports.ts";
import type { LocalOptions } from "./local-options.ts";

/** How fast the local queue hands changes on: much faster than in AWS, so that a change shows at once. */
export interface LocalPace {
  /** Seconds; in AWS two. */
  readonly deliveryDelaySeconds: number;
  /** Milliseconds; in AWS five seconds. */
  readonly batchWindowMs: number;
  readonly concurrency: number;
}

export interface LocalStackOptions extends LocalOptions {
  readonly pace: LocalPace;
  readonly telemetry: Telemetry;
  /** The telemetry of one batch of the worker. */
  readonly telemetryOf: (event: SQSEvent) => Telemetry;
}
