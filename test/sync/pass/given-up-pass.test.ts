import { describe, expect, it } from "vitest";
import { OBJECT_TYPES } from "../../../lib/domain/hubspot-object.ts";
import type { Pass, PassLease } from "../../../lib/sync/pass-ports.ts";
import { showGivenUp } from "../../../lib/sync/pass/given-up-pass.ts";

const LEASE: PassLease = { passId: "p2", owner: "o", leaseUntilMs: 1_000_000 };
const LAST_MOMENT_MS = LEASE.leaseUntilMs + 90 * 60_000 - 1;

function passOf(passId: string, status: Pass["status"]): Pass {
  return { passId, status, startedAtMs: 1, isDryRun: false, types: OBJECT_TYPES, counts: {} };
}

const RUNNING = [passOf("p3", "running"), passOf("p2", "running"), passOf("p1", "succeeded")];

const show = (nowMs: number, lease: PassLease | undefined, passes: readonly Pass[]) =>
  showGivenUp(
    { clock: { now: () => nowMs, sleep: async () => undefined }, passes: { readLease: async () => lease } },
    passes,
  );

describe("showGivenUp", () => {
  it("shows a pass as failed once no message of it can come back", async () => {
    const shown = await show(LAST_MOMENT_MS + 1, LEASE, RUNNING);
    expect(shown.map(({ status }) => status)).toEqual(["running", "failed", "succeeded"]);
    expect(shown[1]?.reason).toMatch(/^nobody works on it any more,/u);
  });

  it("shows it as running as long as one can", async () => {
    expect(await show(LAST_MOMENT_MS, LEASE, RUNNING)).toEqual(RUNNING);
  });

  it("leaves passes alone that are over, or over since they were read", async () => {
    const over = [passOf("p2", "stopped"), passOf("p1", "failed")];
    expect(await show(LAST_MOMENT_MS + 1, LEASE, over)).toEqual(over);
    expect(await show(LAST_MOMENT_MS + 1, LEASE, [...RUNNING.slice(0, 1), ...over])).toMatchObject([
      { status: "running" },
      { status: "stopped" },
      { status: "failed" },
    ]);
    expect(await show(LAST_MOMENT_MS + 1, undefined, RUNNING)).toEqual(RUNNING);
  });
});
