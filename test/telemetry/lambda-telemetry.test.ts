import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import * as z from "zod";

/** Runs lines against the telemetry in a process of their own, for what matters is what reaches the outputs. Warnings come last. */
function runLines(code: string): readonly Readonly<Record<string, unknown>>[] {
  const file = new URL("../../lib/telemetry/lambda-telemetry.ts", import.meta.url).href;
  const script = `import { createTelemetry } from ${JSON.stringify(file)};
    const telemetry = createTelemetry({ functionName: "reconcile" });
    ${code}`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], POWERTOOLS_SERVICE_NAME: "MyStack" },
  });
  const lines = (stdout + stderr).split("\n").filter((line) => line !== "");
  return lines.map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
}

describe("createTelemetry", () => {
  it("writes JSON lines with the function, the stack and the harmless fields", () => {
    const lines = runLines(`telemetry.info("pass done", { passId: "p1", name: "Anna" });
      telemetry.warn("slow", { tookMs: 7 }); telemetry.error("stopped", { reason: "brake" });`);
    expect(lines).toEqual([
      expect.objectContaining({
        level: "INFO",
        message: "pass done",
        passId: "p1",
        function: "reconcile",
        service: "MyStack",
      }),
      expect.objectContaining({ level: "WARN", message: "slow", tookMs: 7 }),
      expect.objectContaining({ level: "ERROR", message: "stopped", reason: "brake" }),
    ]);
    expect(JSON.stringify(lines)).not.toContain("Anna");
  });

  it("puts a delivery's id on the lines of that delivery alone", () => {
    const lines = runLines(`const one = telemetry.withCorrelation("d1"); const two = telemetry.withCorrelation("d2");
      one.info("a"); two.info("b"); one.info("c"); telemetry.info("d");`);
    expect(lines.map(({ correlationId }) => correlationId)).toEqual(["d1", "d2", "d1", undefined]);
  });

  it("flushes sums and highest values, under the stack's dimension, and then nothing more", () => {
    const lines =
      runLines(`telemetry.count("TokenRejected", 1); telemetry.withCorrelation("d").count("TokenRejected", 2);
      for (const percent of [80, 81, 79]) telemetry.count("HubSpotDailyUsedPercent", percent);
      telemetry.flush(); telemetry.flush();`);
    expect(lines).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: "HubSpotZepSync",
              Dimensions: [["service"]],
              Metrics: [
                { Name: "TokenRejected", Unit: "Count" },
                { Name: "HubSpotDailyUsedPercent", Unit: "Percent" },
              ],
            },
          ],
        },
        service: "MyStack",
        TokenRejected: 3,
        HubSpotDailyUsedPercent: 81,
      },
    ]);
  });

  it("writes what a pass came to in one line, its duration in seconds", () => {
    const file = new URL("../../lib/sync/pass/count-pass.ts", import.meta.url).href;
    const lines = runLines(`const { countPass } = await import(${JSON.stringify(file)});
      const usage = { hubspotCalls: 120, rateLimitedCalls: 2, readUnits: 40.5, writeUnits: 7 };
      const pass = { status: "succeeded", types: ["deal"], counts: { deal: { read: 7, created: 3, durationMs: 2_500 } } };
      countPass(telemetry, pass, { durationMs: 61_500, usage });
      telemetry.flush();`);
    expect(lines).toEqual([
      expect.objectContaining({ PassDealRead: 7, PassDealCreated: 3, PassDealSeconds: 2.5, PassSeconds: 61.5 }),
    ]);
    const [{ Metrics }] = z
      .object({ CloudWatchMetrics: z.tuple([z.object({ Metrics: z.array(z.unknown()) })]) })
      .parse(lines[0]?.["_aws"]).CloudWatchMetrics;
    expect(Metrics).toContainEqual({ Name: "PassDealCreated", Unit: "Count" });
    expect(Metrics).toContainEqual({ Name: "PassSeconds", Unit: "Seconds" });
    expect(Metrics).toContainEqual({ Name: "PassDealSeconds", Unit: "Seconds" });
    expect(Metrics).toContainEqual({ Name: "PassDealReadUnits", Unit: "Count" });
    expect(Metrics).toContainEqual({ Name: "PassRateLimited", Unit: "Count" });
  });
});
