import { describe, expect, it } from "vitest";
import type { PassDemand, PassMessage } from "../../lib/sync/pass-ports.ts";
import { startPass, type PassRequest } from "../../lib/sync/pass/start-pass.ts";
import { createPassHandler } from "../../lib/wiring/pass-handler.ts";
import { createInMemoryMessages } from "../fixtures/in-memory-messages.ts";
import { open } from "../fixtures/pass-portal.ts";
import { ALL_DEALS, type PassWorld } from "../fixtures/pass-world.ts";

const NIGHTLY: PassDemand = { start: true, cause: "schedule" };
const SETTINGS: PassDemand = { start: true, cause: "settings" };

/** Hands a message to the function, as SQS does. */
async function receive(world: PassWorld, message: PassMessage): Promise<void> {
  const handle = createPassHandler(world.ports);
  const queue = createInMemoryMessages({ now: world.clock.now, maxReceives: 5 });
  queue.add(JSON.stringify(message), 0);
  await world.clock.run(handle(queue.receive(1, 960_000), { getRemainingTimeInMillis: () => 900_000 }));
}

/** What is in the queue once the message was received while another pass is at work. */
async function receiveBeside(request: PassRequest, message: PassMessage): Promise<readonly PassMessage[]> {
  const { world } = open();
  await world.clock.run(startPass(world.ports, request));
  world.waiting.length = 0;
  await receive(world, message);
  return world.waiting;
}

describe("the handler behind the pass queue", () => {
  it("starts the nightly pass", async () => {
    const { world } = open();
    await receive(world, NIGHTLY);
    expect(world.waiting).toMatchObject([{ handedBy: expect.stringMatching(/^start-/u) }]);
    expect((await world.passes.listPasses({ limit: 10 })).items).toMatchObject([{ status: "running" }]);
  });

  it("lets a whole pass that is at work be the nightly one", async () => {
    expect(await receiveBeside({}, NIGHTLY)).toEqual([]);
  });

  it.each<[name: string, request: PassRequest]>([
    ["a dry run", { isDryRun: true }],
    ["a preview", { preview: ALL_DEALS }],
    ["a pass of some types", { types: ["company", "deal"] }],
  ])("lets %s, which proves less, only put the nightly pass off", async (_name, request) => {
    expect(await receiveBeside(request, NIGHTLY)).toEqual([NIGHTLY]);
  });

  it("puts a pass for new settings off while any pass is at work", async () => {
    expect(await receiveBeside({}, SETTINGS)).toEqual([SETTINGS]);
  });
});
