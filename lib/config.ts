import * as z from "zod";
import { DEFAULTS, ENV } from "./contract.ts";
import type { Settings } from "./domain/settings.ts";
import { parseDealStages } from "./domain/stage-filter.ts";
import { NonRetryableError } from "./sync/errors.ts";

/** The environment as Node gives it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What receive-webhook needs. */
export interface ReceiverConfig {
  readonly changeQueueUrl: string;
  readonly clientSecretArn: string;
  /** The URL that HubSpot calls, when it is not the one the request shows (custom domain, proxy). */
  readonly publicUrl?: string;
}

/** What process-changes needs. */
export interface WorkerConfig {
  readonly tableName: string;
  readonly changeQueueUrl: string;
  readonly accessTokenArn: string;
  readonly settings: Settings;
  readonly hubspotBaseUrl: string;
  /** A dated version such as `2026-09`, or `v3` for the older paths. */
  readonly hubspotApiVersion: string;
  /** Upper bound of this process' calls to HubSpot; found from HubSpot's headers when absent. */
  readonly requestsPerSecond?: number;
  /** Receives after which SQS gives a message up. */
  readonly maxReceives: number;
}

/** What reconcile needs. */
export interface PassConfig extends WorkerConfig {
  readonly passQueueUrl: string;
  /** Share of a type's records that one pass may deactivate, 0 to 100. */
  readonly brakePercent: number;
  /** Deactivations that are always allowed. */
  readonly brakeMinimum: number;
}

/** What records-api needs. */
export interface ApiConfig extends PassConfig {
  readonly deadLetterQueueUrl: string;
}

/**
 * Reads receive-webhook's configuration.
 * @throws NonRetryableError `misconfigured`, naming every problem at once
 */
export function loadReceiverConfig(env: Environment): ReceiverConfig {
  return parse(env, describeReceiver());
}

/**
 * Reads process-changes' configuration.
 * @throws NonRetryableError `misconfigured`, naming every problem at once
 */
export function loadWorkerConfig(env: Environment): WorkerConfig {
  return withSettings(parse(env, describeWorker()));
}

/**
 * Reads reconcile's configuration.
 * @throws NonRetryableError `misconfigured`, naming every problem at once
 */
export function loadPassConfig(env: Environment): PassConfig {
  return withSettings(parse(env, describePass()));
}

/**
 * Reads records-api's configuration.
 * @throws NonRetryableError `misconfigured`, naming every problem at once
 */
export function loadApiConfig(env: Environment): ApiConfig {
  return withSettings(parse(env, describeApi()));
}

type Variable = keyof typeof ENV;

/** What each variable should hold, as the error says it. */
const EXPECTED: Readonly<Record<Variable, string>> = {
  tableName: "the name of the DynamoDB table",
  changeQueueUrl: "the URL of the change queue",
  deadLetterQueueUrl: "the URL of the dead-letter queue",
  passQueueUrl: "the URL of the pass queue",
  clientSecretArn: "the ARN of the secret that holds the HubSpot app's client secret",
  accessTokenArn: "the ARN of the secret that holds the HubSpot app's access token",
  publicUrl: "the https URL that HubSpot calls, or no such variable",
  dealStages: 'nothing, "all" or a list of stage ids',
  exclusionProperty: "HubSpot's internal name of the company property that excludes a company",
  exclusionValues: "at least one value, separated by commas",
  hubspotBaseUrl: "an http or https URL without a path",
  hubspotApiVersion: 'a dated version such as "2026-09", or "v3"',
  requestsPerSecond: "a number above 0 and at most 25, or no such variable",
  brakePercent: "a number from 0 to 100",
  brakeMinimum: "a whole number from 0",
  maxReceives: "a whole number from 1",
};

/** Their values are not shown in errors: somebody may have put the secret where its ARN belongs. */
const HIDDEN: ReadonlySet<string> = new Set<Variable>(["clientSecretArn", "accessTokenArn"]);

/*
 * Schemas are described by functions, not constants: each function of the product asks for one of them once, and what it
 * never asks for is neither in its bundle nor built when it starts.
 */

const nonEmpty = () => z.string().trim().min(1);
const queueUrl = () => z.url({ protocol: /^https?$/u });
const secretArn = () => z.string().regex(/^arn:aws[a-z-]*:secretsmanager:[^:]+:[^:]*:secret:.+$/u);
const words = () => nonEmpty().transform((text) => text.split(",").map((word) => word.trim()));
const numberText = () => nonEmpty().transform(Number);
const wholeNumber = () => numberText().pipe(z.int());

const dealStages = () =>
  z.string().transform((text, context) => {
    const parsed = parseDealStages(text);
    if (parsed.kind === "parsed") return parsed.filter;
    context.issues.push({ code: "custom", message: parsed.problem, input: text });
    return z.NEVER;
  });

function describeReceiver() {
  return z.object({
    changeQueueUrl: queueUrl(),
    clientSecretArn: secretArn(),
    publicUrl: z.url({ protocol: /^https$/u }).exactOptional(),
  });
}

function describeWorker() {
  return z.object({
    tableName: nonEmpty(),
    changeQueueUrl: queueUrl(),
    accessTokenArn: secretArn(),
    dealStages: dealStages(),
    exclusionProperty: nonEmpty(),
    exclusionValues: words().pipe(z.array(z.string().min(1))),
    hubspotBaseUrl: z
      .url({ protocol: /^https?$/u })
      .transform((url) => url.replace(/\/+$/u, ""))
      .default(DEFAULTS.hubspotBaseUrl),
    hubspotApiVersion: z
      .string()
      .regex(/^(?:\d{4}-\d{2}|v3)$/u)
      .default(DEFAULTS.hubspotApiVersion),
    requestsPerSecond: numberText().pipe(z.number().positive().max(25)).exactOptional(),
    maxReceives: wholeNumber().pipe(z.int().min(1)),
  });
}

function describePass() {
  return describeWorker().extend({
    passQueueUrl: queueUrl(),
    brakePercent: numberText().pipe(z.number().min(0).max(100)),
    brakeMinimum: wholeNumber().pipe(z.int().min(0)),
  });
}

function describeApi() {
  return describePass().extend({ deadLetterQueueUrl: queueUrl() });
}

function withSettings<T extends z.output<ReturnType<typeof describeWorker>>>({
  dealStages,
  exclusionProperty,
  exclusionValues,
  ...rest
}: T): Omit<T, "dealStages" | "exclusionProperty" | "exclusionValues"> & { readonly settings: Settings } {
  return { ...rest, settings: { dealStages, exclusion: { property: exclusionProperty, values: exclusionValues } } };
}

function parse<T>(env: Environment, schema: z.ZodType<T> & { readonly shape: object }): T {
  const given = Object.fromEntries(
    Object.entries(ENV).flatMap(([variable, name]) => {
      const value = env[name];
      return variable in schema.shape && value !== undefined ? [[variable, value]] : [];
    }),
  );
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = [...new Set(result.error.issues.map((issue) => describeProblem(issue, given)))];
  throw new NonRetryableError(
    `The function's environment has ${problems.length} ${problems.length === 1 ? "problem" : "problems"}:\n` +
      problems.map((problem) => `- ${problem}`).join("\n") +
      "\nThe deployment sets these variables: correct the context in cdk.json and run `npx cdk deploy` again.",
    { code: "misconfigured" },
  );
}

function describeProblem(issue: z.core.$ZodIssue, given: Readonly<Record<string, string>>): string {
  const variable = String(issue.path[0]);
  const name = isVariable(variable) ? ENV[variable] : variable;
  const expected = isVariable(variable) ? EXPECTED[variable] : "no such variable";
  const detail = issue.code === "custom" ? ` (${issue.message})` : "";
  return `${name} ${describeValue(variable, given[variable])}; expected ${expected}${detail}`;
}

function describeValue(variable: string, value: string | undefined): string {
  if (value === undefined) return "is missing";
  if (HIDDEN.has(variable)) return `holds ${value.length} characters that are not such an ARN (not shown here)`;
  return `is ${JSON.stringify(value)}`;
}

function isVariable(name: string): name is Variable {
  return Object.hasOwn(ENV, name);
}
