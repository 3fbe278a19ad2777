import { App } from "aws-cdk-lib";
import { parseSettings } from "./settings.ts";
import { SyncStack } from "./sync-stack.ts";

const app = new App({ autoSynth: false });
const parsed = parseSettings(app.node.getAllContext());

if (parsed.kind === "parsed") {
  const { settings } = parsed;
  new SyncStack(app, settings.stackName, { settings });
  app.synth();
} else {
  const list = parsed.problems.map((problem) => `- ${problem}`).join("\n");
  process.stderr.write(`The settings in cdk.json (or given with -c) cannot be deployed:\n${list}\n`);
  process.exitCode = 1;
}
