import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import { buildAppFiles, type AppOptions } from "../hubspot/app-definition.ts";

/** Where the HubSpot app's files are kept. */
export const APP_FOLDER = "infra/hubspot";

const WEBHOOKS_FILE = "src/app/webhooks/webhooks-hsmeta.json";
const webhooksFile = z.looseObject({
  config: z.looseObject({ settings: z.looseObject({ targetUrl: z.string() }) }),
});

/** Writes the HubSpot app's files and answers their paths. */
export async function writeAppFolder(folder: string, options: AppOptions): Promise<readonly string[]> {
  const files = Object.entries(buildAppFiles(options));
  for (const [path, text] of files) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
  }
  return files.map(([path]) => path);
}

/** What the HubSpot app's files say; undefined when there are none. */
export async function readAppFolder(
  folder: string,
  exclusionProperty: string,
): Promise<{ readonly targetUrl: string; readonly isCurrent: boolean } | undefined> {
  const text = await readFile(join(folder, WEBHOOKS_FILE), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = webhooksFile.safeParse(parseJson(text));
  if (!parsed.success) return { targetUrl: "", isCurrent: false };
  const { targetUrl } = parsed.data.config.settings;
  const expected = buildAppFiles({ targetUrl, exclusionProperty })[WEBHOOKS_FILE] ?? "";
  return { targetUrl, isCurrent: JSON.stringify(parseJson(text)) === JSON.stringify(parseJson(expected)) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
