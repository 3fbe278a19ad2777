import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const APP = fileURLToPath(new URL("../../../infra/aws/app.ts", import.meta.url));

describe("the CDK app", () => {
  it("says where the data stays when the stack is destroyed, for cdk destroy runs it as well", () => {
    const context = JSON.stringify({ stackName: "Mine", "aws:cdk:bundling-stacks": [] });
    const outdir = mkdtempSync(join(tmpdir(), "assembly-"));
    const { status, stderr } = spawnSync(process.execPath, [APP], {
      encoding: "utf8",
      env: { PATH: process.env["PATH"], CDK_CONTEXT_JSON: context, CDK_OUTDIR: outdir },
    });
    rmSync(outdir, { recursive: true });
    expect(status).toBe(0);
    expect(stderr).toMatch(/^Destroying Mine keeps its data: .*TableName, AccessTokenArn and ClientSecretArn/mu);
  }, 300_000);

  it("refuses bad settings with all problems, exit code 1 and no stack trace", () => {
    const context = JSON.stringify({ dealStages: "all 7", reconcileTimeZone: "Mars/Base" });
    const { status, stdout, stderr } = spawnSync(process.execPath, [APP], {
      encoding: "utf8",
      env: { PATH: process.env["PATH"], CDK_CONTEXT_JSON: context },
    });
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr.trimEnd().split("\n")).toEqual([
      "The settings in cdk.json (or given with -c) cannot be deployed:",
      expect.stringContaining('- dealStages is "all 7"'),
      expect.stringContaining('- reconcileTimeZone is "Mars/Base"'),
    ]);
  });
});
