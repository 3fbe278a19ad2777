import { join } from "node:path";
import { PLACEHOLDER_TARGET_URL } from "../../hubspot/app-definition.ts";
import { APP_FOLDER, readAppFolder, type AppFolder } from "../app-folder.ts";
import type { CdkSettings } from "../cdk-settings.ts";
import type { CliIo } from "../cli-io.ts";
import { note, ok, problem, type CheckLine } from "./check-line.ts";

/** What is known of the webhooks without asking HubSpot. */
export interface WebhookFacts {
  /** What the HubSpot app's files say; absent when there are none. */
  readonly app?: AppFolder | undefined;
  /** The deployment's own URL; absent before it. */
  readonly webhookUrl?: string | undefined;
  /** Whether a webhook has arrived: then some app sends them, whatever the files say. */
  readonly hasEvents?: boolean | undefined;
}

const WRITE = "Write the files with `npx hubspot-zep hubspot-app --aws` and upload them with `hs project upload`.";

/** As much of the webhooks as can be seen: HubSpot offers no interface to read a static app's subscriptions. */
export function checkWebhooks(facts: WebhookFacts): readonly CheckLine[] {
  const unseen = note(
    "webhooks",
    "which events HubSpot sends cannot be read with this kind of token; the app's files and the last event tell",
  );
  return [unseen, ...checkTarget(facts)];
}

function checkTarget({ app, webhookUrl, hasEvents }: WebhookFacts): readonly CheckLine[] {
  if (app === undefined) {
    const finding = `there are no HubSpot app files in ${APP_FOLDER}; fine for a legacy private app, or with the files elsewhere`;
    return [note("webhooks", finding, `Else: ${WRITE}`)];
  }
  if (app.lacking.length > 0) {
    return [problem("webhooks", `the HubSpot app's files lack ${nameSome(app.lacking)}`, WRITE)];
  }
  if (webhookUrl === undefined) return [ok("webhooks", "the HubSpot app's files ask for what the sync reads")];
  if (app.targetUrl === webhookUrl) {
    return [ok("webhooks", `the HubSpot app's files send what the sync reads to ${webhookUrl}`)];
  }
  const finding =
    app.targetUrl === PLACEHOLDER_TARGET_URL
      ? "the HubSpot app's files hold no target URL yet"
      : `the HubSpot app's files send webhooks to ${app.targetUrl}, this deployment listens at ${webhookUrl}`;
  // With a legacy private app nobody ever fills these files, and nothing is wrong.
  if (hasEvents === true) return [note("webhooks", `${finding}; webhooks arrive all the same`, `If wrong: ${WRITE}`)];
  const legacy = `A legacy private app: set ${webhookUrl} as its target URL in HubSpot.`;
  return [problem("webhooks", finding, `A project app: ${WRITE} ${legacy}`)];
}

/** Things that are named before a list is cut. */
const MOST_NAMED = 5;

function nameSome(things: readonly string[]): string {
  const rest = things.length - MOST_NAMED;
  return things.slice(0, MOST_NAMED).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

/** Reads what {@link checkWebhooks} looks at. */
export async function readWebhookFacts(
  { folder }: Pick<CliIo, "folder">,
  { exclusionProperty }: Pick<CdkSettings, "exclusionProperty">,
  known: Pick<WebhookFacts, "webhookUrl" | "hasEvents">,
): Promise<WebhookFacts> {
  return { ...known, app: await readAppFolder(join(folder, APP_FOLDER), exclusionProperty) };
}
