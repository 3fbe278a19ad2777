import { findUnknownStages, parseDealStages } from "../../domain/stage-filter.ts";
import type { HubSpotReader } from "../../sync/ports.ts";
import { note, ok, problem, type CheckLine } from "./check-line.ts";

const REMEDY =
  "List the stages with `npx hubspot-zep stages`, correct dealStages in cdk.json, and run `npx cdk deploy`.";

/** Whether the portal knows every stage that the setting `dealStages` names. */
export async function checkStages(
  reader: Pick<HubSpotReader, "listDealStages">,
  dealStages: string,
): Promise<readonly CheckLine[]> {
  const parsed = parseDealStages(dealStages);
  if (parsed.kind === "invalid") return [problem("stages", parsed.problem, REMEDY)];
  const stages = await reader.listDealStages();
  const { filter } = parsed;
  switch (filter.kind) {
    case "none":
      return [note("stages", "dealStages is empty: no deal becomes a project", REMEDY)];
    case "all":
      return [ok("stages", `every deal becomes a project, whatever its stage (the portal has ${stages.length})`)];
    case "stages": {
      const unknown = findUnknownStages(
        filter,
        stages.map(({ stageId }) => stageId),
      );
      if (unknown.length > 0) return [problem("stages", `the portal has no deal stage ${unknown.join(", ")}`, REMEDY)];
      const labels = stages
        .filter(({ stageId }) => filter.stageIds.includes(stageId))
        .map(({ label, pipelineLabel }) => `${pipelineLabel} > ${label}`);
      return [ok("stages", `deals become projects in: ${labels.join("; ")}`)];
    }
  }
}
