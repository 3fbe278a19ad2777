import { join } from "node:path";
import { listClicks, SCOPES } from "../../hubspot/app-definition.ts";
import { APP_FOLDER, readAppFolder, writeAppFolder } from "../app-folder.ts";
import type { Deployment } from "../aws/deployment.ts";
import { readCdkSettings } from "../cdk-settings.ts";
import type { CliIo } from "../cli-io.ts";
import { announce, say } from "./narration.ts";

/** The HubSpot app: one made of files, or an old one that is clicked together. */
export type AppKind = "project" | "legacy";

/** Where things are in HubSpot's user interface. */
export const APP_WORDS: Readonly<Record<AppKind, { readonly tokenPlace: string }>> = {
  project: { tokenPlace: "Development > Projects > hubspot-zep-sync > the app > tab Auth" },
  legacy: { tokenPlace: "Settings > Integrations > Private Apps > the app > tab Auth" },
};

const UPLOAD = `cd ${APP_FOLDER} && npx --package @hubspot/cli hs project upload`;

/** Which kind the admin has. The files tell when they already lead to this deployment. */
export async function chooseAppKind(io: CliIo, deployment: Deployment | undefined): Promise<AppKind> {
  const webhookUrl = deployment?.outputs.find("webhookUrl");
  if (webhookUrl !== undefined && (await isUpToDate(io, webhookUrl))) return "project";
  const chosen = await io.prompts.choose("Which kind of HubSpot app sends the webhooks?", [
    { value: "project", label: "A project app", hint: "the only kind that can be created today" },
    { value: "legacy", label: "A legacy private app that exists already" },
  ]);
  return chosen === "legacy" ? "legacy" : "project";
}

/** What has to be there before there is an access token to ask for. */
export function tellHowToCreateApp(io: CliIo, kind: AppKind): void {
  const { tokenPlace } = APP_WORDS[kind];
  if (kind === "legacy") {
    say(io, `The app needs the scopes ${SCOPES.join(", ")}. Its access token is on ${tokenPlace}.`);
    return;
  }
  say(
    io,
    "Create the app from another terminal, if it is not there yet; where its webhooks go comes in step 8:",
    "  npx --package @hubspot/cli hs account auth     (once: signs you in to HubSpot)",
    `  ${UPLOAD}`,
    `Then install it in your portal (Development > Projects > the app > tab Distribution). Its token is on ${tokenPlace}.`,
  );
}

/** Leads the app's webhooks to the deployment. */
export async function connectApp(io: CliIo, deployment: Deployment, kind: AppKind): Promise<void> {
  announce(io, "HubSpot app");
  const webhookUrl = deployment.outputs.require("webhookUrl");
  if (kind === "legacy") {
    await tellClicks(io, webhookUrl);
    return;
  }
  if (await isUpToDate(io, webhookUrl)) {
    say(io, `${APP_FOLDER} leads to ${webhookUrl} already. If that is not uploaded yet: ${UPLOAD}`);
    return;
  }
  say(io, `Writes the webhook URL ${webhookUrl} and the subscriptions into ${APP_FOLDER}.`);
  const { exclusionProperty } = await readCdkSettings(io.folder);
  await writeAppFolder(join(io.folder, APP_FOLDER), { targetUrl: webhookUrl, exclusionProperty });
  say(io, "Written. Upload it from another terminal:", `  ${UPLOAD}`);
  await io.prompts.confirm("Is it uploaded?", true);
}

async function isUpToDate({ folder }: CliIo, webhookUrl: string): Promise<boolean> {
  const { exclusionProperty } = await readCdkSettings(folder);
  const app = await readAppFolder(join(folder, APP_FOLDER), exclusionProperty);
  return app?.targetUrl === webhookUrl && app.lacking.length === 0;
}

const PLURALS = { company: "Companies", contact: "Contacts", deal: "Deals" } as const;

async function tellClicks(io: CliIo, webhookUrl: string): Promise<void> {
  const { exclusionProperty } = await readCdkSettings(io.folder);
  say(
    io,
    "In HubSpot: Settings > Integrations > Private Apps > the app > Edit.",
    `  Scopes: ${SCOPES.join(", ")}`,
    `  Webhooks, target URL: ${webhookUrl}`,
    "  Webhooks, create a subscription for each of:",
    ...listClicks(exclusionProperty).flatMap(({ type, events, properties }) => [
      `    ${PLURALS[type]}: ${events.join(", ")}`,
      `    ${PLURALS[type]}, property changed: ${properties.join(", ")}`,
    ]),
    "  Then activate the subscriptions and save.",
  );
  await io.prompts.confirm("Is that done?", true);
}
