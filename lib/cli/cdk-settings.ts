import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { DEFAULTS, STACK } from "../contract.ts";
import { CliError } from "./cli-error.ts";

const texts = z.union([
  z.array(z.string()),
  z.string().transform((text) => text.split(",").map((part) => part.trim())),
]);

const context = z.looseObject({
  dealStages: z.string().default(DEFAULTS.dealStages),
  exclusionProperty: z.string().default(DEFAULTS.exclusionProperty),
  exclusionValues: texts.default([...DEFAULTS.exclusionValues]),
  alarmEmail: z.string().default(""),
  stackName: z.string().min(1).default(STACK.name),
});
const cdkFile = z.looseObject({ app: z.string().optional(), context: context.prefault({}) });

/** The settings of `cdk.json` that the command line works with. */
export type CdkSettings = Readonly<
  Pick<z.infer<typeof context>, "dealStages" | "exclusionProperty" | "exclusionValues" | "alarmEmail" | "stackName">
>;

/**
 * Whether the folder is one that `cdk` can deploy from.
 * @throws CliError when its `cdk.json` cannot be read
 */
export async function isCdkFolder(folder: string): Promise<boolean> {
  return (await readCdkFile(folder)).app !== undefined;
}

/**
 * Reads the settings in `cdk.json`; the defaults where there is no such file.
 * @throws CliError when the file is not what CDK writes
 */
export async function readCdkSettings(folder: string): Promise<CdkSettings> {
  return (await readCdkFile(folder)).context;
}

/**
 * Changes settings in `cdk.json` and leaves everything else in it as it is.
 * @throws CliError when the file is missing or not what CDK writes
 */
export async function writeCdkSettings(folder: string, changes: Partial<CdkSettings>): Promise<void> {
  const raw = z.looseObject({ context: z.looseObject({}).optional() }).parse(await readJson(folder));
  const changed = { ...raw, context: { ...raw.context, ...changes } };
  await writeFile(join(folder, "cdk.json"), `${JSON.stringify(changed, undefined, 2)}\n`);
}

async function readCdkFile(folder: string): Promise<z.infer<typeof cdkFile>> {
  const parsed = cdkFile.safeParse(await readJson(folder));
  if (parsed.success) return parsed.data;
  const at = parsed.error.issues[0]?.path.join(".") ?? "";
  throw new CliError(`cdk.json is not as expected at ${at}; compare it with the settings in the README.`);
}

async function readJson(folder: string): Promise<unknown> {
  const path = join(folder, "cdk.json");
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return {};
    throw new CliError(`${path} cannot be read as JSON.`, { cause });
  }
}
