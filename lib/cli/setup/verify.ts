import { passAnswer } from "../api-answers.ts";
import type { Deployment } from "../aws/deployment.ts";
import type { CommandCall } from "../command.ts";
import { readHealth } from "../doctor/check-records.ts";
import { renderCheckLine, summarizeChecks } from "../doctor/check-report.ts";
import type { CheckLine } from "../doctor/check-line.ts";
import { runChecks } from "../doctor/run-checks.ts";
import { renderPass } from "../pass-text.ts";
import { openDeployedRecords } from "../target.ts";
import { watchPass } from "../watch-pass.ts";
import { announce, say } from "./narration.ts";

/** Imports everything that exists, unless a pass has done so. */
export async function runFirstPass(call: CommandCall, deployment: Deployment): Promise<void> {
  const { io } = call;
  announce(io, "First pass");
  const records = openDeployedRecords(deployment);
  const { lastPass } = await readHealth(records);
  if (lastPass?.status === "succeeded") {
    say(io, `Pass ${lastPass.id} has succeeded already.`);
    return;
  }
  let id = lastPass?.status === "running" ? lastPass.id : undefined;
  if (id === undefined) {
    say(io, "Reads every company, contact and deal from HubSpot and creates the records. HubSpot is not changed.");
    if (!(await io.prompts.confirm("Start it now?", true))) {
      say(io, "Later: npx hubspot-zep reconcile --aws --watch");
      return;
    }
    const start = { method: "POST", path: "/v1/reconciliations", body: {} } as const;
    id = (await records.request(start, passAnswer)).body.id;
  }
  io.write(renderPass(atAws(call), await watchPass(call, records, id)));
}

/** Lets a webhook arrive, and then the doctor look at everything. Answers the exit code. */
export async function verify(call: CommandCall, deployment: Deployment): Promise<number> {
  const { io } = call;
  announce(io, "Check of everything");
  const { lastEventAt } = await readHealth(openDeployedRecords(deployment));
  if (lastEventAt === undefined) {
    say(io, "Change a company's name in HubSpot now: its webhook proves that the app and the client secret are right.");
    await io.prompts.confirm("Changed, and ten seconds have passed?", true);
  }
  const lines: CheckLine[] = [];
  for await (const found of runChecks(atAws(call))) {
    lines.push(...found);
    for (const line of found) io.write(renderCheckLine(io, line));
  }
  io.write(summarizeChecks(io, lines));
  const isSound = lines.every(({ status }) => status !== "problem");
  say(io, isSound ? "The installation is complete. Look at it: npx hubspot-zep health --aws" : AGAIN);
  return isSound ? 0 : 1;
}

/** The call as it is meant: `setup` is about AWS, whether it is said or not. */
function atAws(call: CommandCall): CommandCall {
  return { ...call, options: { ...call.options, aws: true } };
}

const AGAIN = "Mend what the arrows say and run `npx hubspot-zep setup` again; what is done stays done.";
