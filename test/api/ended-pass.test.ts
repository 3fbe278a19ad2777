import { expect, it, vi } from "vitest";
import { createApiWorld } from "../fixtures/api-world.ts";
import { passTurns } from "../fixtures/sync-world.ts";

const NOTHING = {
  warnings: [],
  durationMs: 1_000,
  usage: { hubspotCalls: 3, rateLimitedCalls: 0, readUnits: 0, writeUnits: 0 },
  brake: {},
  listed: [],
};

it("shows a pass that ends while it is read with its report, whoever waits for that", async () => {
  const world = createApiWorld();
  await world.ask({ method: "POST", path: "/v1/reconciliations", body: {} });
  const [pass] = (await world.passes.listPasses({ limit: 1 })).items;
  if (pass === undefined) throw new Error("no pass");
  const { readPass } = world.passes;
  vi.spyOn(world.passes, "readPass").mockImplementation(async (passId) => {
    await passTurns(20);
    const ended = { ...pass, status: "succeeded", finishedAtMs: world.now() } as const;
    await world.passes.finishPass({ pass: ended, owner: `start-${passId}`, report: NOTHING });
    return readPass(passId);
  });
  const { body = "" } = await world.ask({ path: `/v1/reconciliations/${pass.passId}` });
  expect(JSON.parse(body)).toMatchObject({ status: "succeeded", report: { hubspotCalls: 3 } });
});
