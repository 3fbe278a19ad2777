import { describe, expect, it } from "vitest";
import { continuePass } from "../../../lib/sync/pass/continue-pass.ts";
import type { HandOver } from "../../../lib/sync/pass-ports.ts";
import { fill } from "../../fixtures/pass-portal.ts";
import { openSession } from "../../fixtures/pass-session.ts";
import type { PassWorld } from "../../fixtures/pass-world.ts";

/** A pass over 250 companies, a page of which takes longer than a checkpoint keeps; an invocation has handed it over. */
async function open(): Promise<PassWorld> {
  const { world } = fill({ companies: 250, contacts: 0, deals: 0 }, { latencyMs: 15_000 });
  const session = await openSession(world);
  await world.clock.run(session.save());
  return world;
}

const invoke = ({ ports, clock }: PassWorld, message: HandOver): Promise<void> =>
  clock.run(continuePass(ports, message, { owner: "one", deadlineMs: clock.now() + 900_000 }));

const HANDED = { passId: "the-pass", handedBy: "worker" };

describe("continuePass tells", () => {
  it("that a pass is over", async () => {
    const world = await open();
    await invoke(world, { passId: "nobody" });
    expect(world.log).toEqual([`pass is over {"passId":"nobody"} `]);
  });

  it("that somebody else works on a pass", async () => {
    const world = await open();
    await invoke(world, { passId: "the-pass" });
    expect(world.log).toEqual([`pass is in other hands {"passId":"the-pass"} `]);
  });

  it("of an interruption, with its error, and how many there were in a row", async () => {
    const world = await open();
    world.portal.behaviour.faults = [{ fault: "unauthorized" }];
    await invoke(world, HANDED);
    const told = world.log.filter((line) => line.startsWith("pass was interrupted"));
    expect(told).toEqual([expect.stringMatching(/"passId":"the-pass".*"count":1\} .*401/u)]);
  });

  it("that it was taken over while it listed, and leaves the pass to the other one", async () => {
    const world = await open();
    world.faults.beforeStore = async (name) => {
      if (name !== "saveCheckpoint") return;
      const nowMs = world.clock.now() + 3_600_000;
      await world.passes.takeOver({ passId: "the-pass", owner: "two", nowMs, leaseUntilMs: nowMs + 120_000 });
    };
    await invoke(world, HANDED);
    expect(world.log).toContain(`pass was taken over {"passId":"the-pass"} `);
    expect(world.log.filter((line) => line.startsWith("pass was interrupted"))).toEqual([]);
    expect(world.waiting).toEqual([]);
    expect(await world.passes.readLease()).toMatchObject({ owner: "two" });
    expect(await world.passes.readPass("the-pass")).toMatchObject({ status: "running" });
  });
});
