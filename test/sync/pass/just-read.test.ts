import { beforeEach, describe, expect, it, vi } from "vitest";
import { REPLICA_LAG_MS } from "../../../lib/domain/suspicion.ts";
import { changeUnheard, companyId, differences, fill, sums, work, type Filled } from "../../fixtures/pass-portal.ts";

let filled: Filled;

/** Everything was read a moment ago. */
beforeEach(async () => {
  filled = fill();
  await filled.world.runPass();
  await work(filled);
});

describe("a pass over records that were read a moment ago", () => {
  it("repairs all that nobody was told of, although half of it could be a lagging replica's answer", async () => {
    changeUnheard(filled);
    const pass = await filled.world.runPass();
    await work(filled);
    expect(pass.status).toBe("succeeded");
    expect(sums(pass, "spared")).toEqual([0, 0, 0]);
    expect(differences(filled)).toEqual([]);
  });

  it("waits until a deletion cannot be a lagging replica's answer", async () => {
    filled.hubspot.delete("company", companyId(3));
    const pass = await filled.world.runPass();
    expect(pass).toMatchObject({ status: "succeeded", counts: { company: { deactivated: 1 } } });
    expect((pass.finishedAtMs ?? 0) - pass.startedAtMs).toBeGreaterThanOrEqual(REPLICA_LAG_MS);
  });

  it("leaves the waiting to the next invocation where its own time is too short for that", async () => {
    filled.hubspot.delete("company", companyId(3));
    const send = vi.spyOn(filled.world.ports.passQueue, "send");
    const pass = await filled.world.runPass({}, { invocationMs: REPLICA_LAG_MS + 60_000 });
    expect(send).toHaveBeenCalledWith(expect.objectContaining({ passId: pass.passId }), REPLICA_LAG_MS / 1000);
    expect(pass).toMatchObject({ status: "succeeded", counts: { company: { deactivated: 1 } } });
  });

  it("spares what only a lagging replica did not show", async () => {
    filled.hubspot.delete("company", companyId(3));
    void filled.world.clock.sleep(REPLICA_LAG_MS / 2).then(() => filled.hubspot.restore("company", companyId(3)));
    const pass = await filled.world.runPass();
    expect(pass).toMatchObject({ status: "succeeded", counts: { company: { spared: 1 } } });
    expect(pass.counts["company"]).not.toHaveProperty("failing");
    const customers = await filled.world.store.readCustomers([companyId(3)]);
    expect(customers.get(companyId(3))).toMatchObject({ state: "linked" });
  });
});
