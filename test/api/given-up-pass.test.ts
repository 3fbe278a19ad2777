import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createApiWorld, type ApiRequest, type ApiWorld } from "../fixtures/api-world.ts";

const pass = z.object({ id: z.string(), status: z.string() });

async function ask(world: ApiWorld, request: ApiRequest): Promise<unknown> {
  const { body = "" } = await world.ask(request);
  return JSON.parse(body);
}

/** What each place says of a pass that was started, and on which nobody has worked since. */
async function readStatuses(types: readonly string[], laterMs: number): Promise<readonly unknown[]> {
  const world = createApiWorld();
  const { id } = pass.parse(await ask(world, { method: "POST", path: "/v1/reconciliations", body: { types } }));
  world.advance(laterMs);
  const list = z.object({ items: z.array(pass) }).parse(await ask(world, { path: "/v1/reconciliations" }));
  const one = pass.parse(await ask(world, { path: `/v1/reconciliations/${id}` }));
  const health = z
    .object({ lastPass: pass.optional(), lastPartialPass: pass.optional() })
    .parse(await ask(world, { path: "/v1/health" }));
  return [...list.items, one, health.lastPass ?? health.lastPartialPass].map((shown) => shown?.status);
}

const ALL = ["company", "contact", "deal"];

describe("a pass whose messages were given up", () => {
  it("is shown as failed, whoever asks", async () => {
    expect(await readStatuses(ALL, 2 * 3_600_000)).toEqual(["failed", "failed", "failed"]);
    expect(await readStatuses(["deal"], 2 * 3_600_000)).toEqual(["failed", "failed", "failed"]);
  });

  it("is shown as running as long as somebody may yet go on with it", async () => {
    expect(await readStatuses(ALL, 3_600_000)).toEqual(["running", "running", "running"]);
    expect(await readStatuses(["deal"], 3_600_000)).toEqual(["running", "running", "running"]);
  });
});
