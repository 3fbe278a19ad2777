import { App } from "aws-cdk-lib";
import { STACK } from "../../lib/contract.ts";
import { parseSettings } from "./settings.ts";
import { SyncStack } from "./sync-stack.ts";

const app = new App({ autoSynth: false });
const parsed = parseSettings(app.node.getAllContext());

if (parsed.kind === "parsed") {
  const { settings } = parsed;
  new SyncStack(app, settings.stackName, { settings });
  app.synth();
  // Also `cdk destroy` runs this, before it asks whether to go on.
  const { tableName, accessTokenArn, clientSecretArn } = STACK.outputs;
  process.stderr.write(
    `Destroying ${settings.stackName} keeps its data: the table and the two secrets stay in your account. Note where, while ` +
      `the stack exists: its outputs ${tableName}, ${accessTokenArn} and ${clientSecretArn} name them.\n`,
  );
} else {
  const list = parsed.problems.map((problem) => `- ${problem}`).join("\n");
  process.stderr.write(`The settings in cdk.json (or given with -c) cannot be deployed:\n${list}\n`);
  process.exitCode = 1;
}
