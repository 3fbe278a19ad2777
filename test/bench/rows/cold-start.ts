import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENV } from "../../../lib/contract.ts";
import { buildBundle, bundleSource, FUNCTION_FILES, type FunctionFile } from "../bundle/build-bundle.ts";
import type { Figure, Measurement } from "../figure.ts";
import { measureInRounds } from "../rounds.ts";

const ROUNDS = 15;

/** What any function of ours needs of Node, and nothing else. */
const BARE_HANDLER =
  'import { createHmac } from "node:crypto"; import { request } from "node:https";' +
  "export const handler = async () => ({ statusCode: 200, uses: [createHmac, request] });";

const WHOLE_CLIENT = 'import { Client } from "@hubspot/api-client"; export const handler = async () => new Client();';

/** Loads a bundle and tells the CPU time that it took, in all threads, and that of the whole process. Microseconds. */
const LOADER = `
  const before = process.cpuUsage();
  require(process.argv[2]);
  const loading = process.cpuUsage(before);
  const whole = process.cpuUsage();
  process.stdout.write(JSON.stringify([loading.user + loading.system, whole.user + whole.system]));
`;

const GOALS: Readonly<Record<FunctionFile, number>> = {
  "receive-webhook": 8,
  "process-changes": 14,
  reconcile: 14,
  "records-api": 14,
};

type Name = FunctionFile | "bare" | "wholeClient";

/** What it costs to load a function, in processes of their own. */
export const COLD_START: Measurement = {
  rows: "17",
  title: "cold start",
  measure: async (report) => {
    const folder = mkdtempSync(join(tmpdir(), "bench-cold-start-"));
    try {
      return await measureIn(folder, report);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

async function measureIn(folder: string, report: (progress: string) => void): Promise<readonly Figure[]> {
  writeFileSync(join(folder, "load.cjs"), LOADER);
  report("bundling");
  const bundles: Readonly<Record<Name, string>> = {
    bare: (await bundleSource(BARE_HANDLER)).code,
    wholeClient: (await bundleSource(WHOLE_CLIENT)).code,
    "receive-webhook": (await buildBundle("receive-webhook")).code,
    "process-changes": (await buildBundle("process-changes")).code,
    reconcile: (await buildBundle("reconcile")).code,
    "records-api": (await buildBundle("records-api")).code,
  };
  for (const [name, code] of Object.entries(bundles)) writeFileSync(join(folder, `${name}.cjs`), code);
  const wholes = new Map<string, number>();
  const load = (name: Name) => (): number => {
    const [loading = 0, whole = 0] = loadOnce(folder, name);
    wholes.set(name, Math.min(wholes.get(name) ?? Infinity, whole));
    return loading;
  };
  const contestants: Readonly<Record<Name, () => number>> = {
    bare: load("bare"),
    wholeClient: load("wholeClient"),
    "receive-webhook": load("receive-webhook"),
    "process-changes": load("process-changes"),
    reconcile: load("reconcile"),
    "records-api": load("records-api"),
  };
  const medians = await measureInRounds(contestants, ROUNDS, (round) => report(`round ${round} of ${ROUNDS}`));
  const wholeRatio = (name: Name): number => (wholes.get(name) ?? 0) / (wholes.get("bare") ?? 1);
  return FUNCTION_FILES.map((file, index) => {
    const ratio = medians[file] / medians.bare;
    return {
      row: index === 0 ? "17" : `17${"_abc"[index] ?? ""}`,
      name: `CPU to load ${file} ÷ a bare handler`,
      goal: `≤ ${GOALS[file]}`,
      minimum: `1 (with HubSpot's whole client: ${(medians.wholeClient / medians.bare).toFixed(1)})`,
      measured: ratio.toFixed(1),
      isMet: ratio <= GOALS[file],
      isGate: false,
      note: `of the whole process, Node's own start included: ${wholeRatio(file).toFixed(1)}`,
    };
  });
}

function loadOnce(folder: string, name: string): readonly number[] {
  const told = execFileSync(process.execPath, [join(folder, "load.cjs"), join(folder, `${name}.cjs`)], {
    env: LAMBDA_ENVIRONMENT,
    encoding: "utf8",
  });
  const parsed: unknown = JSON.parse(told);
  return Array.isArray(parsed) ? parsed.map(Number) : [];
}

const QUEUE_URL = "https://sqs.eu-central-1.amazonaws.com/000000000000/queue";
const SECRET_ARN = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:token";

/** As the deployment sets it, and as Lambda does. */
const LAMBDA_ENVIRONMENT = {
  AWS_REGION: "eu-central-1",
  AWS_ACCESS_KEY_ID: "key",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_LAMBDA_FUNCTION_NAME: "function",
  POWERTOOLS_SERVICE_NAME: "bench",
  [ENV.tableName]: "records",
  [ENV.changeQueueUrl]: QUEUE_URL,
  [ENV.deadLetterQueueUrl]: QUEUE_URL,
  [ENV.passQueueUrl]: QUEUE_URL,
  [ENV.clientSecretArn]: SECRET_ARN,
  [ENV.accessTokenArn]: SECRET_ARN,
  [ENV.dealStages]: "all",
  [ENV.exclusionProperty]: "zep",
  [ENV.exclusionValues]: "no,nein",
  [ENV.brakePercent]: "10",
  [ENV.brakeMinimum]: "20",
  [ENV.maxReceives]: "5",
};
