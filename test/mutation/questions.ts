import { BroadcastChannel } from "node:worker_threads";
import type { InstrumenterContext, MutantCoverage } from "@stryker-mutator/api/core";
import type { TestResult } from "@stryker-mutator/api/test-runner";

/** Why a mutant has no result when the time is over. */
export const NOT_TRIED = "not tried";

/** Which tests to run, and how; what is left out means all of them, until the first that fails. */
export interface Question {
  readonly testIds?: readonly string[] | undefined;
  /** What Stryker's switch and counters are to be meanwhile; left out to learn which test reaches which mutant. */
  readonly context?: InstrumenterContext;
  readonly isEachToRun?: boolean;
  /** Nothing more will be asked, nor is this. */
  readonly isLast?: boolean;
}

export interface Answer {
  readonly tests: readonly TestResult[];
  readonly coverage: MutantCoverage | undefined;
  readonly hitCount: number | undefined;
}

/** What leads from Stryker's process to the thread with the tests; the number keeps two runs of Vitest apart. */
export function openChannel(runNumber: number): BroadcastChannel {
  return new BroadcastChannel(`mutation ${runNumber}`);
}

export function send(channel: BroadcastChannel, message: Question | Answer): void {
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- no window, but a thread
  channel.postMessage(message);
}

/** The next message. Both sides take turns, so that none is missed. */
export function receive<T>(channel: BroadcastChannel): Promise<T> {
  return new Promise((resolve) => {
    const listener = (event: Event): void => {
      if (event instanceof MessageEvent) resolve(event.data);
    };
    channel.addEventListener("message", listener, { once: true });
  });
}

declare module "vitest" {
  interface ProvidedContext {
    readonly mutationTests: readonly string[];
    readonly mutationRun: number;
    /** The mutant that has to be there before the code is loaded; "" for none. */
    readonly mutationStatic: string;
  }
}
