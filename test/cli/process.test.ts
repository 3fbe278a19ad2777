import { execFile } from "node:child_process";
import { createServer, type Server } from "node:http";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { COMMANDS } from "../../lib/cli/commands/command-list.ts";

vi.setConfig({ testTimeout: 120_000 });

const ROOT = new URL("../..", import.meta.url).pathname;
const execute = promisify(execFile);

/** An API that has more customers than a pipe holds. */
let server: Server;
let url: string;

beforeAll(async () => {
  const items = Array.from({ length: 100 }, (_, index) => ({
    state: "linked",
    companyId: String(31204511000 + index),
    name: `Kunde ${index} ${"x".repeat(4_000)}`,
  }));
  server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ items }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("expected a TCP address");
  url = `http://127.0.0.1:${address.port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

async function start(command: string, args: readonly string[], asked: string): Promise<Ended> {
  const env = { ...process.env, HUBSPOT_ZEP_URL: asked, FORCE_COLOR: "" };
  try {
    const { stdout, stderr } = await execute(command, args, { cwd: ROOT, env });
    return { code: 0, stdout, stderr };
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error && "stdout" in error && "stderr" in error)) throw error;
    return { code: error.code, stdout: String(error.stdout), stderr: String(error.stderr) };
  }
}

describe("npx hubspot-zep", () => {
  it("runs as a program of its own, and prints no colours into a pipe", async () => {
    const { code, stdout, stderr } = await start("npx", ["hubspot-zep", "list", "kunden", "--limit", "100"], url);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Company +Number +Name +City +State\n31204511000 /u);
    expect(stdout).not.toContain("\u001B");
  });

  it("says to run npm start when nothing answers, and nothing else", async () => {
    const { code, stdout, stderr } = await start("npx", ["hubspot-zep", "health"], "http://127.0.0.1:9");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^No answer from http:\/\/127\.0\.0\.1:9\. Start the local stack with `npm start`[^\n]*\n$/u,
    );
  });

  it("is to be had through npm as well", async () => {
    const { code, stdout } = await start("npm", ["run", "--silent", "hubspot-zep", "--", "list", "--help"], url);
    expect([code, stdout]).toEqual([0, expect.stringContaining("npx hubspot-zep list kunden --prefix Müller")]);
  });

  it("tells every command in its help", async () => {
    const { code, stdout } = await start("npx", ["hubspot-zep"], url);
    expect(code).toBe(0);
    for (const { name } of COMMANDS) expect(stdout).toContain(`  ${name.split(" ")[0] ?? ""} `);
  });

  it("ends in peace when whoever reads it has seen enough", async () => {
    const line = "npx hubspot-zep list kunden --limit 100 --json | head -c 1";
    expect(await start("sh", ["-c", line], url)).toEqual({ code: 0, stdout: "[", stderr: "" });
  });
});
