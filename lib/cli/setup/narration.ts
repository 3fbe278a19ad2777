import type { CliIo } from "../cli-io.ts";
import { paint } from "../terminal/display-text.ts";

/** What setup does, in this order. */
export const STEPS = [
  "Prerequisites",
  "HubSpot access",
  "Exclusion property",
  "Deal stages",
  "Alarms",
  "Deployment",
  "Access token",
  "HubSpot app",
  "Client secret",
  "First pass",
  "Check of everything",
] as const;
type Step = (typeof STEPS)[number];

/** Begins a step on the screen. */
export function announce(io: Pick<CliIo, "write" | "hasColour">, step: Step): void {
  io.write(`\n${paint(io, "bold", `${STEPS.indexOf(step) + 1}/${STEPS.length} ${step}`)}\n`);
}

/** Tells what is, or what comes next. */
export function say(io: Pick<CliIo, "write">, ...lines: readonly string[]): void {
  io.write(lines.map((line) => `${line}\n`).join(""));
}
