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
import { startLocalWorld, type LocalWorld } from "../fixtures/local-world.ts";
import { SimulatorClient } from "../fixtures/simulator-client.ts";

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
    expect(started.output()).toMatch(
      /\nEnding, .*Ctrl-C again[^]*\nEnded\. \d+ deliveries taken in, \d+ records written/u,
    );
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
    [
      "one port for both",
      () => [["--port", "9", "--hubspot-port", "9"], {}],
      /^--port and --hubspot-port are both 9;/u,
    ],
    ["an empty folder", () => [["--data", ""], {}], /--data is empty; name a folder/u],
    [
      "a file for a folder",
      () => [["--data", "package.json"], {}],
      /package\.json", where nothing can be kept \(EEXIST\)/u,
    ],
    [
      "a folder below a file",
      () => [["--data", "package.json/x"], {}],
      /where nothing can be kept \(EEXIST\); name a folder/u,
    ],
    [
      "a bad version",
      () => [[], { HUBSPOT_ACCESS_TOKEN: "x", HUBSPOT_API_VERSION: "v9" }],
      /is "v9"; give a version such as/u,
    ],
    [
      "a silent SQS",
      () => [[], { AWS_ENDPOINT_URL_SQS: "http://127.0.0.1:9" }],
      /^AWS_ENDPOINT_URL_SQS is "http:\/\/127\.0\.0\.1:9", and SQS CreateQueue failed: ECONNREFUSED; start/u,
    ],
    [
      "a silent DynamoDB",
      () => [[], { AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:9" }],
      /^AWS_ENDPOINT_URL_DYNAMODB is .* failed: ECONNREFUSED; start/u,
    ],
  ])("says in one sentence what to do about %s", async (_name, prepare, sentence) => {
    const [args, env] = prepare(await startOtherHubSpot());
    const started = start(args, env);
    expect(await started.exit).toBe(1);
    expect(started.output()).toMatch(sentence);
    expect(started.output().trim().split("\n")).toHaveLength(1);
  });

  it.runIf(process.platform === "linux").each(["/proc", "/proc/far/away"])(
    "says that nothing can be kept in %s, where a folder never comes to be",
    async (folder) => {
      const started = start(["--data", folder]);
      expect(await started.exit).toBe(1);
      expect(started.output()).toMatch(
        /^--data is "\/proc.*", where nothing can be kept \(E[A-Z]+\); name a folder .*\.\n$/u,
      );
    },
  );

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
  it("says that another one is at work in the folder, and leaves it alone", async () => {
    const folder = createFolder();
    const { api } = await ready(start(["--data", folder, "--no-demo"]));
    const second = start(["--data", folder, "--no-demo"]);
    expect(await second.exit).toBe(1);
    expect(second.output()).toMatch(/another npm start may be at work in it\. End that one, or choose another folder/u);
    expect(second.output().trim().split("\n")).toHaveLength(1);
    expect(second.output()).toContain(folder);
    expect(await (await fetch(`${api}/v1/customers`)).json()).toEqual({ items: [] });
  });

  it("loses nothing when it is killed under load and started again", async () => {
    const folder = createFolder();
    const killed = start(["--data", folder, "--no-demo", "--deal-stages", "all"]);
    const { hubspot } = await ready(killed);
    await new SimulatorClient(hubspot).import({ companies: 120, contacts: 150, deals: 60 });
    await waitForOutput(killed, /customer linked/u);
    await cutPower(killed);
    const again = await startAgain(folder);
    // What was at work at the cut is visible again when its visibility timeout is over.
    await again.settle(90_000);
    expect(await again.differences()).toEqual([]);
    expect(again.log.map(({ message }) => message)).toContain("record written");
  }, 150_000);

  it("carries a reconciliation to its end when it is killed in the middle of it and started again", async () => {
    const folder = createFolder();
    const killed = start(["--data", folder, "--no-demo", "--deal-stages", "all"]);
    const { api, hubspot } = await ready(killed);
    const client = new SimulatorClient(hubspot);
    await client.behave({ dropShare: 1 });
    await client.import({ companies: 250, contacts: 100, deals: 60 });
    await client.waitUntilIdle();
    await client.behave({ latencyMs: 1_000 });
    const { id } = passSchema.parse(await (await fetch(`${api}/v1/reconciliations`, { method: "POST" })).json());
    await waitForOutput(killed, /customer linked/u);
    await cutPower(killed);
    const again = await startAgain(folder);
    const ended = await vi.waitFor(
      async () => {
        const pass = passSchema.parse((await again.api("GET", `/v1/reconciliations/${id}`)).body);
        expect(pass.status).not.toBe("running");
        return pass;
      },
      { timeout: 90_000, interval: 100 },
    );
    expect(ended).toMatchObject({ status: "succeeded", counts: { contact: { read: 100 }, deal: { read: 60 } } });
    await again.settle(90_000);
    expect(await again.differences()).toEqual([]);
    const told = again.log.map(({ message }) => message);
    expect(told).toContain("pass succeeded");
    // No webhook was sent again, so that nothing but the pass can have brought the records here.
    expect(told).not.toContain("Delivery accepted");
  }, 150_000);
});

const passSchema = z.looseObject({ id: z.string(), status: z.string() });

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "power-cut-"));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function cutPower(started: Started): Promise<void> {
  started.child.kill("SIGKILL");
  await started.exit;
}

/** The same stack in this process, so that its portal and its records can be compared exactly. */
async function startAgain(folder: string): Promise<LocalWorld> {
  const world = await startLocalWorld({ folder });
  closers.unshift(world.close);
  return world;
}
