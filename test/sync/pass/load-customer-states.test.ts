import { describe, expect, it } from "vitest";
import { RECORD_STATES } from "../../../lib/domain/record.ts";
import { loadCustomerStates } from "../../../lib/sync/pass/load-customer-states.ts";
import { encodeTurn } from "../../../lib/sync/pass/trial-turn.ts";
import { openSession } from "../../fixtures/pass-session.ts";
import { companyId, fill } from "../../fixtures/pass-portal.ts";

/** Thirty companies, of which 7 and 27 are excluded; what is put off is stored as chunks of one. */
async function open(isDryRun: boolean, putOff: readonly string[] = []) {
  const { world } = fill({ companies: 30, contacts: 0, deals: 0 });
  await world.runPass();
  const session = await openSession(world, { pass: { isDryRun } });
  for (const text of putOff) {
    session.defer([text]);
    await world.clock.run(session.save());
  }
  const calls: string[] = [];
  world.faults.beforeStore = (name) => void calls.push(name);
  const states = await world.clock.run(loadCustomerStates(session));
  return { stateOf: (number: number) => states.stateOf(companyId(number)), calls };
}

describe("loadCustomerStates", () => {
  it("knows from the index which customers are not linked", async () => {
    const { stateOf, calls } = await open(false);
    expect([6, 7, 27].map(stateOf)).toEqual(["linked", "excluded", "excluded"]);
    expect(calls.filter((name) => name === "readCandidates")).toEqual([]);
    // Not those of the linked ones, which are nearly all.
    expect(calls.filter((name) => name === "streamCustomerIds")).toHaveLength(RECORD_STATES.length - 1);
  });

  it("does not take what a pass has put off for turns", async () => {
    const { stateOf } = await open(false, [`company:${companyId(3)}:deactivated=1`]);
    expect(stateOf(3)).toBe("linked");
  });

  it("counts in a trial what that would turn as turned", async () => {
    const turns = [
      { companyId: companyId(3), state: "deleted" },
      { companyId: companyId(7), state: "linked" },
    ] as const;
    const { stateOf } = await open(true, turns.map(encodeTurn));
    expect([3, 7, 27].map(stateOf)).toEqual(["deleted", "linked", "excluded"]);
  });
});
