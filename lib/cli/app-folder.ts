import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import { APP_FILE, buildAppFiles, WEBHOOKS_FILE, type AppOptions } from "../hubspot/app-definition.ts";
import { CliError } from "./cli-error.ts";
import { makeFolder, nameFileError } from "./make-folder.ts";

/** Where the HubSpot app's files are kept. */
export const APP_FOLDER = "infra/hubspot";

const subscription = z.looseObject({
  subscriptionType: z.string(),
  objectType: z.string().optional(),
  propertyName: z.string().optional(),
  active: z.boolean().default(true),
});
const webhooksFile = z.looseObject({
  config: z.looseObject({
    settings: z.looseObject({ targetUrl: z.string() }),
    subscriptions: z.looseObject({
      crmObjects: z.array(subscription).default([]),
      hubEvents: z.array(subscription).default([]),
    }),
  }),
});
const appFile = z.looseObject({
  config: z.looseObject({ auth: z.looseObject({ requiredScopes: z.array(z.string()) }) }),
});

/** What the HubSpot app's files say. */
export interface AppFolder {
  readonly targetUrl: string;
  /** Subscriptions and scopes that the sync needs and the files lack, in words. */
  readonly lacking: readonly string[];
}

/**
 * Writes the HubSpot app's files and answers their paths.
 * @throws CliError when they cannot be written there
 */
export async function writeAppFolder(folder: string, options: AppOptions): Promise<readonly string[]> {
  const files = Object.entries(buildAppFiles(options));
  try {
    for (const [path, text] of files) {
      const target = join(folder, path);
      makeFolder(dirname(target));
      await writeFile(target, text);
    }
  } catch (error) {
    const sentence = `${folder} cannot be written to (${nameFileError(error)}). Name another folder with --out.`;
    throw new CliError(sentence, { cause: error });
  }
  return files.map(([path]) => path);
}

/** Reads the HubSpot app's files; undefined when there are none. Names, order and limits in them are the admin's. */
export async function readAppFolder(folder: string, exclusionProperty: string): Promise<AppFolder | undefined> {
  const webhooksText = await readText(join(folder, WEBHOOKS_FILE));
  if (webhooksText === undefined) return undefined;
  const found = describeNeeds(webhooksText, (await readText(join(folder, APP_FILE))) ?? "");
  const expectedFiles = buildAppFiles({ targetUrl: "", exclusionProperty });
  const expected = describeNeeds(expectedFiles[WEBHOOKS_FILE] ?? "", expectedFiles[APP_FILE] ?? "");
  return {
    targetUrl: found.targetUrl,
    lacking: expected.needs.filter((need) => !found.needs.includes(need)),
  };
}

function describeNeeds(
  webhooksText: string,
  appText: string,
): { readonly targetUrl: string; readonly needs: readonly string[] } {
  const webhooks = webhooksFile.safeParse(parseJson(webhooksText)).data?.config;
  const scopes = appFile.safeParse(parseJson(appText)).data?.config.auth.requiredScopes ?? [];
  const { crmObjects = [], hubEvents = [] } = webhooks?.subscriptions ?? {};
  const subscriptions = [...crmObjects, ...hubEvents].filter(({ active }) => active);
  return {
    targetUrl: webhooks?.settings.targetUrl ?? "",
    needs: [
      ...subscriptions.map(({ subscriptionType, objectType, propertyName }) =>
        [objectType, subscriptionType.replace(/^object\./u, ""), propertyName].filter(Boolean).join(" "),
      ),
      ...scopes.map((scope) => `scope ${scope}`),
    ],
  };
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
