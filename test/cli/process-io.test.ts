import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { createProcessIo } from "../../lib/cli/process-io.ts";
import { callCdk } from "../../lib/cli/setup/cdk-program.ts";

afterEach(() => vi.unstubAllEnvs());

const PRINT_ENVIRONMENT = "process.stdout.write(JSON.stringify(process.env))";

describe("createProcessIo", () => {
  it("hands the environment on to a program that it starts, but no secret of HubSpot's", async () => {
    vi.stubEnv("HUBSPOT_ACCESS_TOKEN", "token-in-the-shell");
    vi.stubEnv("HUBSPOT_CLIENT_SECRET", "secret-in-the-shell");
    vi.stubEnv("AWS_PROFILE", "production");
    const { output, exitCode } = await createProcessIo().runProgram({
      command: process.execPath,
      args: ["-e", PRINT_ENVIRONMENT],
      isShown: false,
      env: { AWS_REGION: "eu-central-1" },
    });
    expect(exitCode).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ AWS_PROFILE: "production", AWS_REGION: "eu-central-1" });
    expect(output).not.toMatch(/in-the-shell/u);
  });

  it("starts the CDK that package.json pins", async () => {
    const { output } = await createProcessIo().runProgram({ ...callCdk(["--version"]), isShown: false });
    const pinned = z
      .object({ devDependencies: z.object({ "aws-cdk": z.string() }) })
      .parse(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")));
    expect(output.split(" ")[0]).toBe(pinned.devDependencies["aws-cdk"]);
  });

  it("answers 127 for a program that is not there", async () => {
    const call = { command: "there-is-no-such-program", args: [], isShown: false };
    expect(await createProcessIo().runProgram(call)).toEqual({ exitCode: 127, output: "" });
  });

  it("refuses to read what a terminal would show", async () => {
    const { isTTY } = process.stdin;
    try {
      process.stdin.isTTY = true;
      await expect(createProcessIo().readInput()).rejects.toThrow("Nothing is piped in");
    } finally {
      process.stdin.isTTY = isTTY;
    }
  });
});
