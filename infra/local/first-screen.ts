import { styleText } from "node:util";
import { spellCommand } from "../../lib/cli/target.ts";
import { KEYS } from "./keys.ts";
import type { LiveView } from "./live-view.ts";
import type { LocalOptions } from "./local-options.ts";
import type { LocalStack } from "./local-stack.ts";
import { optionsOf } from "./stack-url.ts";

/** What a newcomer needs to know once everything runs: what runs where, and what happens now. */
export function describeStack(stack: LocalStack, options: LocalOptions): string {
  return [
    "",
    styleText("bold", "HubSpot → ZEP sync, all of it on this machine"),
    "",
    ...listPlaces(stack, options).map(([name, place]) => `  ${name.padEnd(15)}${place}`),
    "",
    ...describeNow(stack, options),
    "",
  ].join("\n");
}

/** What to try next, when the first records are there. */
export function describeNext(stack: LocalStack, options: LocalOptions): string {
  return [
    "",
    "Try in a second terminal:",
    ...listExamples(stack, options).flatMap(([command, effect]) => [
      `  ${styleText("cyan", command)}`,
      `      ${styleText("dim", effect)}`,
    ]),
    ...(process.stdin.isTTY
      ? ["", "Keys in this one:", ...KEYS.map(([key, effect]) => `  ${styleText("cyan", key)}   ${effect}`)]
      : []),
    "",
    "Ctrl-C ends it.",
    "",
  ].join("\n");
}

function listPlaces(stack: LocalStack, options: LocalOptions): readonly (readonly [string, string])[] {
  const { account } = stack.portal;
  const secret = options.isSecretGiven ? "the one in HUBSPOT_CLIENT_SECRET" : options.clientSecret;
  const isSimulated = stack.simulated !== undefined;
  return [
    ["Webhook door", `${stack.webhookUrl}   client secret: ${secret}`],
    ["Console", `${stack.url}/   in a browser: records, reasons, reconciliations`],
    ["Records API", `${stack.url}/v1/customers`],
    ["HubSpot", `${stack.hubspotUrl}   ${isSimulated ? "simulated " : ""}account ${account.portalId}`],
    ["DynamoDB", `${stack.aws.dynamoDbEndpoint}   table ${stack.aws.tableName}`],
    ["SQS", stack.aws.sqsEndpoint],
    ["Deal stages", describeStages(stack, options)],
    ["Kept in", options.folder ?? "memory only; with --data DIR it outlives a restart"],
  ];
}

function describeStages({ portal }: LocalStack, { dealStages }: LocalOptions): string {
  if (dealStages.kind === "none") return "none, so no deal becomes a project; see --deal-stages";
  if (dealStages.kind === "all") return "all";
  return (portal.stages ?? []).map(({ stageId, label }) => `${stageId} (${label})`).join(", ");
}

function describeNow(stack: LocalStack, options: LocalOptions): readonly string[] {
  const missing = stack.portal.hasExclusionProperty
    ? []
    : ['The portal has no company property "zep"; until it is added, no company can be excluded with it.'];
  const below = "Each line below is one record written, with the time from its webhook to the record.";
  if (stack.simulated === undefined) {
    const how = `For webhooks, let a tunnel lead to ${stack.url}/webhook and set PUBLIC_URL to the tunnel's URL.`;
    const isRead = options.portal.kind === "remote" && options.portal.isRead;
    const begin = isRead ? ["The portal is being read into the local table."] : [];
    return [...begin, how, below, ...missing];
  }
  if (stack.simulated.isRestored) return [`The portal is as you left it in ${options.folder}.`, below, ...missing];
  const isSample = options.portal.kind === "simulated" && options.portal.isSample;
  const begin = isSample
    ? "A sample portal has just been filled in the simulated HubSpot, which now sends its webhooks."
    : "The simulated portal is empty.";
  return [begin, below, ...missing];
}

function listExamples(stack: LocalStack, options: LocalOptions): readonly (readonly [string, string])[] {
  const read = [`curl -s '${stack.url}/v1/customers?limit=3'`, "the records, as ZEP would show them"] as const;
  const health = [
    spellCommand({ options: optionsOf(stack.url) }, "health"),
    "what is in sync, excluded or failing, and why; also: list, show, explain, reconcile --watch, --help",
  ] as const;
  if (stack.simulated === undefined) return [read, health];
  const objects = `${stack.hubspotUrl}/_sim/objects/company`;
  const isSample = options.portal.kind === "simulated" && options.portal.isSample;
  const change = isSample
    ? `curl -s -X PATCH ${objects}/31204511000 -d '{"properties":{"name":"Neuer Name GmbH"}}'`
    : `curl -s -X POST ${objects} -d '{"properties":{"name":"Müller & Söhne GmbH"}}'`;
  return [
    [change, "somebody edits a company in HubSpot: watch the next line appear here"],
    read,
    [`curl -s ${stack.hubspotUrl}/_sim/`, "everything else that can happen in the simulated HubSpot"],
    health,
  ];
}

/** What was carried over so far, a line for each kind of record. */
export function summarize(view: LiveView): readonly string[] {
  const parts = [...view.states()].map(([type, states]) => {
    const total = [...states.values()].reduce((sum, count) => sum + count, 0);
    const byCount = [...states].toSorted(([, left], [, right]) => right - left);
    const each = byCount.map(([state, count]) => `${count} ${state}`).join(", ");
    return `${total} ${PLURALS[type] ?? type} (${each})`;
  });
  return parts.length === 0 ? ["no record was written"] : parts;
}

const PLURALS: Readonly<Record<string, string>> = {
  customer: "customers",
  contactPerson: "contact persons",
  project: "projects",
};
