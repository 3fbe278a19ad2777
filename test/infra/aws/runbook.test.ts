import { App, Stack } from "aws-cdk-lib";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { describe, expect, it } from "vitest";
import { listAlarms } from "../../../infra/aws/alarm-list.ts";
import { readRunbook } from "../../../infra/aws/runbook.ts";

const stack = new Stack(new App(), "Test");
const queue = new Queue(stack, "Queue");
const ALARM_IDS = listAlarms(stack, { changeQueue: queue, deadLetterQueues: [queue], functions: [] }).map(
  ({ id }) => id,
);

describe("readRunbook", () => {
  it.each(ALARM_IDS)(
    "finds in the README what %s means, how to look and how to mend, short enough for an alarm",
    (id) => {
      const text = readRunbook(id);
      expect(text).toMatch(/^.{20,} LOOK: .{10,} MEND: .{10,} MORE: README\.md#runbook-[a-z-]+$/u);
      // CloudWatch's longest description.
      expect(text.length).toBeLessThanOrEqual(1024);
      expect(text).not.toMatch(/[`*]/u);
    },
  );

  it("has plain text without the Markdown, and ends with its section", () => {
    const readme =
      '<a id="runbook-some-thing"></a>\n**Means**: `a` is _b_.\n**Look**: c_d. **Mend**: _e_.\n\n### Next\n**f**';
    expect(readRunbook("SomeThing", readme)).toBe("a is b. LOOK: c_d. MEND: e. MORE: README.md#runbook-some-thing");
  });

  it.each([
    ["no section", ""],
    ["a section that does not say how to mend", '<a id="runbook-some-thing"></a>\n**Means**: a. **Look**: b.'],
  ])("refuses %s: nobody should be woken by it", (_name, readme) => {
    expect(() => readRunbook("SomeThing", readme)).toThrow("README.md has no section runbook-some-thing");
  });
});
