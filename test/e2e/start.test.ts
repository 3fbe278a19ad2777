import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startHubSpotSimulator, type HubSpotSimulator } from "../../infra/local/hubspot-simulator/server.ts";
import { fillSamplePortal } from "../../infra/local/hubspot-simulator/sample-portal.ts";

const running: ChildProcess[] = [];
const closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
  for (const close of closers.splice(0)) await close();
});

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
}

/** Runs `npm start` on free ports, without npm in between. */
function start(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Started {
  const ports = args.includes("--port") ? [] : ["--port", "0"];
  const child = spawn(process.execPath, ["infra/local/start.ts", ...ports, "--hubspot-port", "0", ...args], {
    env: { PATH: process.env["PATH"] ?? "", NO_COLOR: "1", ...env },
  });
  running.push(child);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const exit = new Promise<number | null>((resolve) => {
    child.once("exit", resolve);
  });
  return { child, output: () => output, exit };
}

async function waitForOutput(started: Started, pattern: RegExp): Promise<RegExpExecArray> {
  return vi.waitFor(
    () => {
      const found = pattern.exec(started.output());
      if (found === null) throw new Error(`no ${String(pattern)} in:\n${started.output()}`);
      return found;
    },
    { timeout: 25_000, interval: 50 },
  );
}

async function ready(started: Started): Promise<{ readonly api: string; readonly hubspot: string }> {
  const [, api = ""] = await waitForOutput(started, /^ready (\S+)/mu);
  const [, hubspot = ""] = /HubSpot\s+(http\S+)/u.exec(started.output()) ?? [];
  return { api, hubspot };
}

async function startOtherHubSpot(): Promise<HubSpotSimulator> {
  const other = await startHubSpotSimulator({ port: 0, host: "127.0.0.1", accessToken: "right", clientSecret: "s" });
  fillSamplePortal(other.world);
  closers.push(other.close);
  return other;
}

function remote(other: HubSpotSimulator, token = "right"): Readonly<Record<string, string>> {
  return { HUBSPOT_ACCESS_TOKEN: token, HUBSPOT_CLIENT_SECRET: "s", HUBSPOT_BASE_URL: other.url };
}

describe("npm start", () => {
  it("carries the sample portal over, explains itself, and ends cleanly on Ctrl-C", async () => {
    const started = start();
    await ready(started);
    await waitForOutput(started, /carried over [^]*30 customers \(29 linked, 1 excluded\)[^]*Ctrl-C ends it/u);
    expect(started.output()).toMatch(/Webhook door .*\n.*Console .*\n.*Records API/u);
    expect(started.output()).toMatch(/Try in a second terminal/u);
    const screen = started.output().split("\n").length;
    expect(screen, "the first screen fits on a screen").toBeLessThan(60);
    started.child.kill("SIGINT");
    expect(await started.exit).toBe(0);
    expect(started.output()).toMatch(/Ended\. \d+ deliveries taken in, \d+ records written/u);
  });

  it("works on another portal when it gets a token, with the simulator off", async () => {
    const other = await startOtherHubSpot();
    const started = start([], remote(other));
    const { api } = await ready(started);
    expect(started.output()).toContain(other.url);
    await waitForOutput(started, /The portal is carried over [^]*30 customers \(29 linked, 1 excluded\)/u);
    const answer = await fetch(`${api}/v1/customers/31204511000`);
    expect(await answer.json()).toMatchObject({ state: "linked" });
  });

  it("leaves another portal unread with --no-demo", async () => {
    const other = await startOtherHubSpot();
    const started = start(["--no-demo"], remote(other));
    const { api } = await ready(started);
    await waitForOutput(started, /Ctrl-C ends it/u);
    const answer = await fetch(`${api}/v1/customers`);
    expect(await answer.json()).toEqual({ items: [] });
  });

  it.each<
    [string, (other: HubSpotSimulator) => readonly [readonly string[], Readonly<Record<string, string>>], RegExp]
  >([
    ["a bad token", (other) => [[], remote(other, "wrong")], /rejects the access token; set HUBSPOT_ACCESS_TOKEN/u],
    [
      "a missing scope",
      (other) => {
        other.behaviour.scopes = other.behaviour.scopes.filter((scope) => !scope.includes("deals"));
        return [[], remote(other)];
      },
      /lacks the scope crm\.objects\.deals\.read; add it/u,
    ],
    [
      "an unknown stage",
      (other) => [["--deal-stages", "1043288714, 999"], remote(other)],
      /has no deal stage "999"; use --deal-stages with "all" or some of .*1043288714/u,
    ],
    ["an unknown option", () => [["--prot", "1"], {}], /--prot.*npm start -- --help/su],
    ["a bad port", () => [["--port", "x"], {}], /--port/u],
  ])("says in one sentence what to do about %s", async (_name, prepare, sentence) => {
    const [args, env] = prepare(await startOtherHubSpot());
    const started = start(args, env);
    expect(await started.exit).toBe(1);
    expect(started.output()).toMatch(sentence);
    expect(started.output().trim().split("\n")).toHaveLength(1);
  });

  it("says which port is in use", async () => {
    const blocker: Server = createServer();
    await new Promise<void>((resolve) => {
      blocker.listen(0, "127.0.0.1", resolve);
    });
    closers.push(() => void blocker.close());
    const { port }: AddressInfo = Object(blocker.address());
    const started = start(["--port", String(port)]);
    expect(await started.exit).toBe(1);
    expect(started.output()).toBe(`Port ${port} is in use; end what runs there, or choose another port with --port.\n`);
  });
});

describe("npm start -- --data", () => {
  it("loses nothing when it is killed under load and started again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "power-cut-"));
    closers.push(() => rmSync(folder, { recursive: true, force: true }));
    const first = start(["--data", folder, "--no-demo", "--deal-stages", "all"]);
    const { hubspot } = await ready(first);
    const load = { companies: 120, contacts: 150, deals: 60 };
    const imported = await fetch(`${hubspot}/_sim/import`, { method: "POST", body: JSON.stringify(load) });
    expect(imported.status).toBe(200);
    await waitForOutput(first, /customer linked/u);
    first.child.kill("SIGKILL");
    await first.exit;
    const second = start(["--data", folder, "--no-demo", "--deal-stages", "all"]);
    const again = await ready(second);
    // What was in work at the cut is visible again after half a minute.
    await vi.waitFor(async () => expect(await compare(again)).toEqual([]), { timeout: 90_000, interval: 500 });
  }, 150_000);
});

const shown = z.looseObject({ id: z.string(), properties: z.record(z.string(), z.string()) });

/** Names that HubSpot and the records disagree about. */
async function compare({
  api,
  hubspot,
}: {
  readonly api: string;
  readonly hubspot: string;
}): Promise<readonly string[]> {
  const kinds = [
    { type: "company", path: "customers", id: "companyId", name: "name", property: "name" },
    { type: "deal", path: "projects", id: "dealId", name: "description", property: "dealname" },
    { type: "contact", path: "contact-persons", id: "contactId", name: "lastName", property: "lastname" },
  ] as const;
  const differences = await Promise.all(
    kinds.map(async ({ type, path, id, name, property }) => {
      const objects = z.array(shown).parse(await (await fetch(`${hubspot}/_sim/objects/${type}`)).json());
      const records = await listAll(`${api}/v1/${path}`);
      const names = new Map(records.map((record) => [record[id], record[name]]));
      return objects
        .filter((object) => names.get(object.id) !== (object.properties[property] ?? "").trim())
        .map((object) => `${type} ${object.id}: ${String(names.get(object.id))}`);
    }),
  );
  return differences.flat();
}

async function listAll(url: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const items: Readonly<Record<string, unknown>>[] = [];
  let cursor = "";
  do {
    const answer = await (await fetch(`${url}?limit=100${cursor === "" ? "" : `&cursor=${cursor}`}`)).json();
    items.push(...Object(answer).items);
    cursor = Object(answer).cursor ?? "";
  } while (cursor !== "");
  return items;
}
