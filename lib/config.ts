import * as z from "zod";
import { API_VERSION, DEFAULTS, ENV } from "./contract.ts";
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
  /** In which a day begins, as IANA calls it. */
  readonly timeZone: string;
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

/** Their values are not shown in errors: somebody may have put the secret where its ARN belongs. */
const HIDDEN: ReadonlySet<string> = new Set<Variable>(["clientSecretArn", "accessTokenArn"]);

/*
 * Schemas are described by functions, not constants: each function of the product asks for one of them once, and what it
 * never asks for is neither in its bundle nor built when it starts. The error says what each describes itself to be.
 */

const nonEmpty = () => z.string().trim().min(1);
const queueUrl = (which: string) => z.url({ protocol: /^https?$/u }).describe(`the URL of the ${which} queue`);
const secretArn = (holds: string) =>
  z
    .string()
    .regex(/^arn:aws[a-z-]*:secretsmanager:[^:]+:[^:]*:secret:.+$/u)
    .describe(`the ARN of the secret that holds the HubSpot app's ${holds}`);
const words = () => nonEmpty().transform((text) => text.split(",").map((word) => word.trim()));
const numberText = () => nonEmpty().transform(Number);
const wholeNumber = () => numberText().pipe(z.int());

const dealStages = () =>
  z
    .string()
    .transform((text, context) => {
      const parsed = parseDealStages(text);
      if (parsed.kind === "parsed") return parsed.filter;
      context.issues.push({ code: "custom", message: parsed.problem, input: text });
      return z.NEVER;
    })
    .describe('nothing, "all" or a list of stage ids');

function describeReceiver() {
  return z.object({
    changeQueueUrl: queueUrl("change"),
    clientSecretArn: secretArn("client secret"),
    publicUrl: z
      .url({ protocol: /^https$/u })
      .exactOptional()
      .describe("the https URL that HubSpot calls, or no such variable"),
  });
}

function describeWorker() {
  return z.object({
    tableName: nonEmpty().describe("the name of the DynamoDB table"),
    changeQueueUrl: queueUrl("change"),
    accessTokenArn: secretArn("access token"),
    dealStages: dealStages(),
    exclusionProperty: nonEmpty().describe("HubSpot's internal name of the company property that excludes a company"),
    exclusionValues: words()
      .pipe(z.array(z.string().min(1)))
      .describe("at least one value, separated by commas"),
    hubspotBaseUrl: z
      .url({ protocol: /^https?$/u })
      .transform((url) => url.replace(/\/+$/u, ""))
      .default(DEFAULTS.hubspotBaseUrl)
      .describe("an http or https URL without a path"),
    hubspotApiVersion: z
      .string()
      .regex(API_VERSION)
      .default(DEFAULTS.hubspotApiVersion)
      .describe('a dated version such as "2026-09", or "v3"'),
    requestsPerSecond: numberText()
      .pipe(z.number().positive().max(25))
      .exactOptional()
      .describe("a number above 0 and at most 25, or no such variable"),
    maxReceives: wholeNumber().pipe(z.int().min(1)).describe("a whole number from 1"),
  });
}

function describePass() {
  return describeWorker().extend({
    passQueueUrl: queueUrl("pass"),
    brakePercent: numberText().pipe(z.number().min(0).max(100)).describe("a number from 0 to 100"),
    brakeMinimum: wholeNumber().pipe(z.int().min(0)).describe("a whole number from 0"),
  });
}

function describeApi() {
  return describePass().extend({
    deadLetterQueueUrl: queueUrl("dead-letter"),
    timeZone: nonEmpty().default(DEFAULTS.reconcileTimeZone).describe("an IANA time zone, or no such variable"),
  });
}

function withSettings<T extends z.output<ReturnType<typeof describeWorker>>>({
  dealStages,
  exclusionProperty,
  exclusionValues,
  ...rest
}: T): Omit<T, "dealStages" | "exclusionProperty" | "exclusionValues"> & { readonly settings: Settings } {
  return { ...rest, settings: { dealStages, exclusion: { property: exclusionProperty, values: exclusionValues } } };
}

type Shape = Readonly<Record<string, z.ZodType>>;

function parse<T>(env: Environment, schema: z.ZodType<T> & { readonly shape: Shape }): T {
  const given = Object.fromEntries(
    Object.entries(ENV).flatMap(([variable, name]) => {
      const value = env[name];
      return variable in schema.shape && value !== undefined ? [[variable, value]] : [];
    }),
  );
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = [...new Set(result.error.issues.map((issue) => describeProblem(issue, given, schema.shape)))];
  throw new NonRetryableError(
    `The function's environment has ${problems.length} ${problems.length === 1 ? "problem" : "problems"}:\n` +
      problems.map((problem) => `- ${problem}`).join("\n") +
      "\nThe deployment sets these variables: correct the context in cdk.json and run `npx cdk deploy` again.",
    { code: "misconfigured" },
  );
}

function describeProblem(issue: z.core.$ZodIssue, given: Readonly<Record<string, string>>, shape: Shape): string {
  const variable = String(issue.path[0]);
  const name = isVariable(variable) ? ENV[variable] : variable;
  const expected = shape[variable]?.description ?? "no such variable";
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
