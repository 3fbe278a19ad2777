import * as z from "zod";
import { API_VERSION, DEFAULTS, STACK } from "../../lib/contract.ts";
import { findScheduleProblem, isTimeZone } from "./schedule-expression.ts";

/** What `cdk.json` (or `-c name=value`) decides about a deployment. */
export interface DeploymentSettings {
  readonly stackName: string;
  /** Checked here and handed on as text; the functions parse it with the rules' own parser. */
  readonly dealStages: string;
  readonly exclusionProperty: string;
  readonly exclusionValues: readonly string[];
  readonly reconcileSchedule: string;
  readonly reconcileTimeZone: string;
  /** Empty when nobody is to be told. */
  readonly alarmEmail: string;
  /** The URL that HubSpot calls, when it is not the API's own (custom domain). */
  readonly publicUrl?: string;
  readonly hubspotApiVersion: string;
  readonly brakePercent: number;
  readonly brakeMinimum: number;
}

export type ParsedSettings =
  | { readonly kind: "parsed"; readonly settings: DeploymentSettings }
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

/** Numbers arrive as text from the command line. */
const numeric = z.union([z.number(), z.string().trim().min(1).transform(Number)]);

const stages = z.string().superRefine((text, context) => {
  const words = text.split(/[\s,;]+/u).filter((word) => word !== "");
  const ids = words.filter((word) => word.toLowerCase() !== "all");
  if (ids.length === 0 || ids.length === words.length) return;
  context.addIssue({ code: "custom", message: `"all" cannot stand beside stage ids (${ids.join(", ")})` });
});

const schedule = z.string().superRefine((text, context) => {
  const problem = findScheduleProblem(text);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
});

/** A list from `cdk.json`, or text with commas from the command line. Commas also separate it in the environment. */
const exclusionValues = z
  .union([z.array(z.string()), z.string().transform((text) => text.split(","))])
  .transform((values) => values.map((value) => value.trim()))
  .pipe(z.array(z.string().regex(/^[^,]+$/u)).min(1));

const SCHEMA = z.strictObject({
  stackName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/u)
    .default(STACK.name),
  dealStages: stages.default(DEFAULTS.dealStages),
  exclusionProperty: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,99}$/u)
    .default(DEFAULTS.exclusionProperty),
  exclusionValues: exclusionValues.default([...DEFAULTS.exclusionValues]),
  reconcileSchedule: schedule.default(DEFAULTS.reconcileSchedule),
  reconcileTimeZone: z.string().refine(isTimeZone).default(DEFAULTS.reconcileTimeZone),
  alarmEmail: z.union([z.literal(""), z.email()]).default(""),
  publicUrl: z.url({ protocol: /^https$/u }).exactOptional(),
  hubspotApiVersion: z.string().regex(API_VERSION).default(DEFAULTS.hubspotApiVersion),
  brakePercent: numeric.pipe(z.number().min(0).max(100)).default(DEFAULTS.brakePercent),
  brakeMinimum: numeric.pipe(z.int().min(0)).default(DEFAULTS.brakeMinimum),
});

const EXPECTED: Readonly<Record<keyof typeof SCHEMA.shape, string>> = {
  stackName: 'letters, digits and hyphens, starting with a letter, such as "HubSpotZepSync"',
  dealStages: 'nothing (no deals), "all", or stage ids as `npx hubspot-zep stages` lists them',
  exclusionProperty: 'the internal name of a HubSpot company property, such as "zep"',
  exclusionValues: 'at least one value without commas, such as ["no", "nein"]',
  reconcileSchedule: 'a schedule such as "cron(0 2 * * ? *)": minute, hour, day of month, month, day of week, year',
  reconcileTimeZone: 'an IANA time zone, such as "Europe/Berlin"',
  alarmEmail: "one e-mail address, or nothing",
  publicUrl: "the https URL that HubSpot calls, with its path, or no such key",
  hubspotApiVersion: 'a dated version such as "2026-09", or "v3"',
  brakePercent: "a number from 0 to 100",
  brakeMinimum: "a whole number from 0",
};

/** Checks the context of the CDK app and finds all problems together, so that one correction is enough. */
export function parseSettings(context: Readonly<Record<string, unknown>>): ParsedSettings {
  const own = Object.fromEntries(Object.entries(context).filter(([key]) => !isForeign(key)));
  const result = SCHEMA.safeParse(own);
  if (result.success) return { kind: "parsed", settings: result.data };
  const problems = result.error.issues.flatMap((issue) => describeIssue(issue, own));
  return { kind: "invalid", problems: [...new Set(problems)] };
}

/** Keys of CDK itself: feature flags, cached look-ups and the command line's own. */
function isForeign(key: string): boolean {
  return key.includes(":") || key.startsWith("@") || key === "cli-telemetry";
}

function describeIssue(issue: z.core.$ZodIssue, given: Readonly<Record<string, unknown>>): readonly string[] {
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(SCHEMA.shape).join(", ");
    return issue.keys.map((key) => `${key} is not a setting; the settings are ${known}`);
  }
  const name = String(issue.path[0]);
  const expected = isSetting(name) ? EXPECTED[name] : "a setting";
  const why = issue.code === "custom" && issue.message !== "Invalid input" ? ` (${issue.message})` : "";
  return [`${name} is ${JSON.stringify(given[name])}${why}; expected ${expected}`];
}

function isSetting(name: string): name is keyof typeof SCHEMA.shape {
  return Object.hasOwn(SCHEMA.shape, name);
}
