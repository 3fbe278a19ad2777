import { MOST_COUNTED } from "../../sync/read-health.ts";
import { healthAnswer, type HealthAnswer, type PassAnswer } from "../api-answers.ts";
import { printResult, type Command, type CommandCall } from "../command.ts";
import type { CliIo } from "../cli-io.ts";
import { describePass } from "../pass-text.ts";
import { isAwsChosen, openRecords, spellCommand, TARGET_OPTIONS } from "../target.ts";
import { formatTime, paint, toPlainLine } from "../terminal/display-text.ts";

/** Tells how things stand. */
export const HEALTH: Command = {
  name: "health",
  summary: "Tells what is in sync, excluded or failing and why, the last event, the last pass and the queue.",
  options: TARGET_OPTIONS,
  examples: [
    "npx hubspot-zep health",
    "npx hubspot-zep health --aws --profile production",
    "npx hubspot-zep health --json",
  ],
  run: async (call) => {
    const records = await openRecords(call.io, call.options);
    const { body } = await records.request({ method: "GET", path: "/v1/health" }, healthAnswer);
    printResult(call, body, () => renderHealth(call, body));
    return isInSync(body) ? 0 : 1;
  },
};

/** Whether nothing is left undone: no record fails, no message was given up, and the last passes came to their end. */
function isInSync({ failing, deadLetters = 0, lastPass, lastPartialPass }: HealthAnswer): boolean {
  const isPassUnfinished = [lastPass, lastPartialPass].some(
    (pass) => pass?.status === "stopped" || pass?.status === "failed",
  );
  return failing.length === 0 && deadLetters === 0 && !isPassUnfinished;
}

const LISTS: readonly (readonly [key: string, name: string])[] = [
  ["customers", "Customers"],
  ["contactPersons", "Contact persons"],
  ["projects", "Projects"],
];

function renderHealth(call: CommandCall, health: HealthAnswer): string {
  const { io } = call;
  const { queue, deadLetters = 0, lastEventAt, lastPass, lastPartialPass, failing, excluded } = health;
  const waiting = queue === undefined ? 0 : queue.waiting + queue.inFlight + queue.delayed;
  const facts: readonly (readonly [string, string])[] = [
    ...LISTS.map(([key, name]) => [name, describeStates(io, health.counts[key] ?? {})] as const),
    ["Last event", lastEventAt === undefined ? "none yet" : formatTime(Date.parse(lastEventAt))],
    ["Last pass", lastPass === undefined ? "none yet" : describePass(call, lastPass)],
    ...(lastPartialPass === undefined ? [] : [["Last partial one", describePartial(call, lastPartialPass)] as const]),
    ["Queue", waiting === 0 ? "empty" : `${countMessages(waiting)} in work`],
    ["Given up", deadLetters === 0 ? "nothing" : paint(io, "red", describeGivenUp(call, deadLetters))],
  ];
  const lines = facts.map(([name, value]) => `${paint(io, "dim", name.padEnd(17))}${value}`);
  const named = [...nameRecords(call, "excluded", excluded), ...nameRecords(call, "failing", failing)];
  return `${[...lines, ...named].join("\n")}\n`;
}

function describePartial(call: CommandCall, pass: PassAnswer): string {
  return `${(pass.types ?? []).join(" and ")} only: ${describePass(call, pass)}`;
}

/** Only on AWS can messages be moved back; elsewhere a pass makes up for what they told of. */
function describeGivenUp(call: CommandCall, deadLetters: number): string {
  const command = isAwsChosen(call.options) ? "redrive" : "reconcile --watch";
  return `${countMessages(deadLetters)}: ${spellCommand(call, command)}`;
}

function countMessages(count: number): string {
  return count === 1 ? "1 message" : `${count} messages`;
}

function describeStates(io: CliIo, states: Readonly<Record<string, number>>): string {
  const present = Object.entries(states).filter(([, count]) => count > 0);
  const parts = present.map(([state, count]) => {
    const text = `${count < MOST_COUNTED ? count : `${count} or more`} ${state}`;
    return state === "failing" ? paint(io, "red", text) : state === "linked" ? paint(io, "green", text) : text;
  });
  return parts.length === 0 ? "none" : parts.join(", ");
}

/** Records that are named before the list is cut. */
const MOST_NAMED = 10;

function nameRecords(call: CommandCall, state: string, records: HealthAnswer["failing"]): readonly string[] {
  const { io } = call;
  if (records.length === 0) return [];
  const shown = records.slice(0, MOST_NAMED).map(({ type, id, reason, remedy }) => {
    const why = reason?.message ?? reason?.code ?? "";
    const what = remedy === undefined ? "" : ` ${paint(io, "dim", `→ ${toPlainLine(remedy)}`)}`;
    return toPlainLine(`  ${type} ${id}: ${why}`) + what;
  });
  const rest = records.length - shown.length;
  return [
    "",
    paint(io, "bold", `${state.slice(0, 1).toUpperCase()}${state.slice(1)}`),
    ...shown,
    ...(rest > 0
      ? [`  and more: ${spellCommand(call, `list customers --state ${state}`)}, likewise contacts and projects`]
      : []),
  ];
}
