import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { startSimulatedPortal, type SimulatedPortal } from "../../../infra/local/simulated-portal.ts";
import { SimulatorClient, type ShownObject } from "../../fixtures/simulator-client.ts";

let folder: string;
let receiver: Server;
let webhookUrl: string;
let status: number;
let receivedCount: number;
const open: SimulatedPortal[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "portal-"));
  status = 200;
  receivedCount = 0;
  receiver = createServer((request, response) => {
    receivedCount += 1;
    request.resume().on("end", () => response.writeHead(status).end());
  });
  await new Promise<void>((resolve) => {
    receiver.listen(0, "127.0.0.1", resolve);
  });
  const { port } = z.object({ port: z.number() }).parse(receiver.address());
  webhookUrl = `http://127.0.0.1:${port}/webhook`;
});

afterEach(async () => {
  for (const portal of open.splice(0)) await portal.close();
  receiver.closeAllConnections();
  receiver.close();
  rmSync(folder, { recursive: true });
});

async function start(isSample: boolean): Promise<{ portal: SimulatedPortal; client: SimulatorClient }> {
  const portal = await startSimulatedPortal({
    port: 0,
    accessToken: "token",
    clientSecret: "secret",
    folder,
    isSample,
  });
  open.push(portal);
  await portal.connect(webhookUrl);
  return { portal, client: new SimulatorClient(portal.simulator.url) };
}

function listAll(client: SimulatorClient): Promise<readonly (readonly ShownObject[])[]> {
  return Promise.all([client.list("company"), client.list("contact"), client.list("deal")]);
}

describe("startSimulatedPortal", () => {
  it("is after a restart what it was before: the sample, edits, deletions, merges and erasures", async () => {
    const first = await start(true);
    const [{ id: oneId }, { id: otherId }] = [
      await first.client.create("company", { properties: { name: "Müller 日本 GmbH" } }),
      await first.client.create("company", { properties: { name: "Weg GmbH" } }),
    ];
    const [, contacts] = await listAll(first.client);
    await first.client.update("company", oneId, { phone: "+49 30 1" });
    await first.client.merge({ type: "company", primaryId: oneId, mergedIds: [otherId], style: "newId" });
    await first.client.erase(contacts?.[0]?.id ?? "");
    await first.client.delete("contact", contacts?.[1]?.id ?? "");
    const before = await listAll(first.client);
    await first.portal.close();
    const second = await start(true);
    expect(await listAll(second.client)).toEqual(before);
    expect(second.portal.isRestored).toBe(true);
    expect(await second.client.show("company", oneId)).toMatchObject({ properties: { name: "Müller 日本 GmbH" } });
  });

  it("gives new objects other ids than before a restart, also after refused requests", async () => {
    const first = await start(false);
    await expect(first.client.create("company", { properties: { nonsense: "1" } })).rejects.toThrow("400");
    const { id } = await first.client.create("company", { properties: { name: "A" } });
    await first.portal.close();
    const { client } = await start(false);
    expect((await client.create("company", { properties: { name: "B" } })).id).not.toBe(id);
    expect(await client.list("company")).toMatchObject([
      { id, properties: { name: "A" } },
      { properties: { name: "B" } },
    ]);
  });

  it("sends no webhook again that was delivered before the restart", async () => {
    const first = await start(true);
    await first.client.waitUntilIdle();
    await first.portal.close();
    receivedCount = 0;
    const second = await start(true);
    await second.client.waitUntilIdle();
    expect(receivedCount).toBe(0);
  });

  it("sends webhooks that were not delivered before the restart", async () => {
    const first = await start(false);
    status = 503;
    await first.client.create("company", { properties: { name: "A" } });
    await first.portal.close();
    status = 200;
    receivedCount = 0;
    const second = await start(false);
    await second.client.waitUntilIdle();
    expect(receivedCount).toBe(1);
  });
});
