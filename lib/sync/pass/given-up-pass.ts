import type { Pass } from "../pass-ports.ts";
import type { PassPorts } from "./pass-types.ts";

/**
 * How long a message of a pass may come back after the lease has run out: five times after sixteen minutes each, and what
 * a hand-over waits. Milliseconds.
 *
 * ```
 * lease renewed ─▶ run out ─▶ message back, again and again ─▶ dead letters: nobody works on the pass any more
 * ```
 */
const MESSAGE_LIFE_MS = 90 * 60_000;

const GIVEN_UP = "nobody works on it any more, for its messages were given up; start another one";

/** What telling a given-up pass from a running one needs. */
export type GivenUpPorts = Pick<PassPorts, "clock"> & {
  readonly passes: Pick<PassPorts["passes"], "readLease">;
};

/**
 * Shows passes that seem to run, and whose messages are all in the dead letters, as failed: they would seem to run until
 * another one is started.
 *
 * @throws RetryableError when the store fails
 */
export async function showGivenUp({ passes, clock }: GivenUpPorts, shown: readonly Pass[]): Promise<readonly Pass[]> {
  if (!shown.some(({ status }) => status === "running")) return shown;
  const lease = await passes.readLease();
  if (lease === undefined || clock.now() < lease.leaseUntilMs + MESSAGE_LIFE_MS) return shown;
  return shown.map((pass) =>
    pass.status === "running" && pass.passId === lease.passId ? { ...pass, status: "failed", reason: GIVEN_UP } : pass,
  );
}
