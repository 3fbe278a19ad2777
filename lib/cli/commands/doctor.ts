import type { Command } from "../command.ts";
import type { CheckLine } from "../doctor/check-line.ts";
import { renderCheckLine, summarizeChecks } from "../doctor/check-report.ts";
import { runChecks } from "../doctor/run-checks.ts";
import { HUBSPOT_OPTIONS } from "../open-hubspot.ts";
import { TARGET_OPTIONS } from "../target.ts";

/** Checks an installation from end to end. */
export const DOCTOR: Command = {
  name: "doctor",
  summary: "Checks the installation: each line is ok, a problem with its remedy, or a note.",
  options: [...TARGET_OPTIONS, ...HUBSPOT_OPTIONS],
  examples: [
    "npx hubspot-zep doctor\n      before deployment: HubSpot, and the local stack if it runs",
    "npx hubspot-zep doctor --aws --profile production\n      everything",
    "npx hubspot-zep doctor --aws --json\n      for scripts; exits with 1 when there is a problem",
  ],
  run: async (call) => {
    const lines: CheckLine[] = [];
    for await (const found of runChecks(call)) {
      lines.push(...found);
      // Line by line, so that nobody waits before an empty screen.
      if (call.options["json"] !== true) for (const line of found) call.io.write(renderCheckLine(call.io, line));
    }
    if (call.options["json"] === true) call.io.write(`${JSON.stringify(lines, undefined, 2)}\n`);
    else call.io.write(summarizeChecks(call.io, lines));
    return lines.some(({ status }) => status === "problem") ? 1 : 0;
  },
};
