import { join, resolve } from "node:path";
import * as z from "zod";
import { AWS_OPTIONS, openDeployment } from "../aws/deployment.ts";
import { APP_FOLDER, writeAppFolder } from "../app-folder.ts";
import { readCdkSettings } from "../cdk-settings.ts";
import { parseOptions, printResult, type Command, type CommandCall } from "../command.ts";

const appOptions = z.looseObject({
  out: z.string().min(1).default(APP_FOLDER),
  targetUrl: z.url({ protocol: /^https$/u, error: "expected an https URL; HubSpot calls no other" }).optional(),
});

/** Writes the HubSpot app. */
export const HUBSPOT_APP: Command = {
  name: "hubspot-app",
  summary: "Writes the HubSpot project app, with this deployment's webhook URL, ready for `hs project upload`.",
  options: [
    ["--target-url <url>", "webhook URL (default: that of the stack on AWS)"],
    ["--out <folder>", `where to write it (default: ${APP_FOLDER})`],
    ["--aws", "always so, without --target-url"],
    ...AWS_OPTIONS,
  ],
  examples: [
    "npx hubspot-zep hubspot-app",
    "npx hubspot-zep hubspot-app --target-url https://sync.example.com/webhook",
  ],
  run: writeApp,
};

async function writeApp(call: CommandCall): Promise<void> {
  const { io, options } = call;
  const { out, targetUrl: given } = parseOptions(appOptions, options);
  const targetUrl = given ?? (await openDeployment(io, options)).outputs.require("webhookUrl");
  const { exclusionProperty } = await readCdkSettings(io.folder);
  const folder = resolve(io.folder, out);
  const files = await writeAppFolder(folder, { targetUrl, exclusionProperty });
  const list = files.map((file) => `  ${join(out, file)}\n`).join("");
  printResult(
    call,
    { folder, targetUrl, files },
    () =>
      `Webhooks go to ${targetUrl}. Wrote\n${list}Next: cd ${out} && npx --package @hubspot/cli hs project upload\n`,
  );
}
