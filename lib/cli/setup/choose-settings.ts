import * as z from "zod";
import { parseDealStages } from "../../domain/stage-filter.ts";
import type { DealStage } from "../../sync/ports.ts";
import { readCdkSettings, writeCdkSettings, type CdkSettings } from "../cdk-settings.ts";
import type { CliIo } from "../cli-io.ts";
import { checkExclusionProperty } from "../doctor/check-exclusion-property.ts";
import { renderCheckLine } from "../doctor/check-report.ts";
import { nameStage } from "../doctor/check-stages.ts";
import type { OpenHubSpot } from "../open-hubspot.ts";
import { announce, say } from "./narration.ts";

/** Offers the definition of the property that excludes companies, until it is there or not wanted now. */
export async function offerExclusionProperty(io: CliIo, { reader }: OpenHubSpot): Promise<void> {
  announce(io, "Exclusion property");
  const settings = await readCdkSettings(io.folder);
  for (;;) {
    const lines = await checkExclusionProperty(reader, settings);
    for (const line of lines) io.write(renderCheckLine(io, line));
    if (lines.every(({ status }) => status !== "problem")) return;
    const next = await io.prompts.choose("Create the property in HubSpot now?", [
      { value: "again", label: "I have created it: look again" },
      { value: "later", label: "Go on without it", hint: "every company is transferred until it is there" },
    ]);
    if (next === "later") return;
  }
}

/** Lets the admin choose by name which deals become projects, and writes their ids into cdk.json. */
export async function chooseDealStages(io: CliIo, { reader }: OpenHubSpot): Promise<void> {
  announce(io, "Deal stages");
  const { dealStages: present } = await readCdkSettings(io.folder);
  const stages = await reader.listDealStages();
  const selected = listSelected(present, stages);
  if (present.trim() !== "" && selected !== undefined) {
    say(io, `Deals become projects in: ${selected.join("; ")}.`);
    if (await io.prompts.confirm("Leave it so?", true)) return;
  }
  const chosen = await askStages(io, present, stages);
  await changeSettings(io, { dealStages: chosen });
}

/** The selection by name; undefined when it names a stage that the portal does not have. */
function listSelected(dealStages: string, stages: readonly DealStage[]): readonly string[] | undefined {
  const parsed = parseDealStages(dealStages);
  if (parsed.kind === "invalid") return undefined;
  if (parsed.filter.kind !== "stages") return [parsed.filter.kind === "all" ? "every stage" : "no stage"];
  const names = parsed.filter.stageIds.map((id) => stages.find(({ stageId }) => stageId === id));
  return names.every((stage) => stage !== undefined) ? names.map(nameStage) : undefined;
}

async function askStages(io: CliIo, present: string, stages: readonly DealStage[]): Promise<string> {
  const which = await io.prompts.choose("Which deals become projects?", [
    { value: "some", label: "Those in certain stages" },
    { value: "all", label: "Every deal" },
    { value: "none", label: "None, for now" },
  ]);
  if (which !== "some") return which === "all" ? "all" : "";
  const choices = stages.map((stage) => ({ value: stage.stageId, label: nameStage(stage), hint: stage.stageId }));
  const parsed = parseDealStages(present);
  const initial = parsed.kind === "parsed" && parsed.filter.kind === "stages" ? parsed.filter.stageIds : [];
  const known = initial.filter((id) => stages.some(({ stageId }) => stageId === id));
  const ids = await io.prompts.chooseMany("In which stages? (space selects, enter confirms)", choices, known);
  return ids.join(", ");
}

/** Asks who is told of alarms. */
export async function chooseAlarmEmail(io: CliIo): Promise<void> {
  announce(io, "Alarms");
  const { alarmEmail } = await readCdkSettings(io.folder);
  if (alarmEmail !== "") {
    say(io, `Alarms go to ${alarmEmail}.`);
    return;
  }
  for (;;) {
    const typed = await io.prompts.askText("E-mail address for alarms (empty: nobody is told)");
    if (typed === "") return;
    if (z.email().safeParse(typed).success) {
      await changeSettings(io, { alarmEmail: typed });
      say(io, "After the deployment AWS sends a mail there; alarms come only once its link was followed.");
      return;
    }
    say(io, `"${typed}" is no e-mail address.`);
  }
}

async function changeSettings(io: CliIo, changes: Partial<CdkSettings>): Promise<void> {
  for (const [name, value] of Object.entries(changes))
    say(io, `Writes ${name} = ${JSON.stringify(value)} into cdk.json.`);
  await writeCdkSettings(io.folder, changes);
}
