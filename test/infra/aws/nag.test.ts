import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { beforeAll, describe, expect, it } from "vitest";
import { synthStack, type SynthesizedStack } from "./synth-stack.ts";

describe("SyncStack under cdk-nag", () => {
  let synthesized: SynthesizedStack;
  beforeAll(() => {
    synthesized = synthStack({ alarmEmail: "ops@example.com" });
  });

  it.each([
    ["AwsSolutions", () => new AwsSolutionsChecks(synthesized.app)],
    ["Serverless", () => new ServerlessChecks(synthesized.app)],
  ])("has no finding of the %s pack that is not acknowledged with a reason", (_name, createPack) => {
    const { violations } = createPack().validateScope(synthesized.app);
    const found = violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName}: ${constructPath}`),
    );
    expect(found).toEqual([]);
  });
});
