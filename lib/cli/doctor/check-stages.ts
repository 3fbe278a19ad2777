import { findUnknownStages, parseDealStages } from "../../domain/stage-filter.ts";
import type { DealStage, HubSpotReader } from "../../sync/ports.ts";
import { note, ok, problem, type CheckLine } from "./check-line.ts";

const REMEDY =
  "`npx hubspot-zep stages` lists them with their ids; correct dealStages in cdk.json, then run `npx cdk deploy`.";

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
      return [note("stages", "dealStages is empty in cdk.json: no deal becomes a project", REMEDY)];
    case "all":
      return [ok("stages", `every deal becomes a project, whatever its stage (the portal has ${stages.length})`)];
    case "stages": {
      const unknown = findUnknownStages(
        filter,
        stages.map(({ stageId }) => stageId),
      );
      const known = stages.filter(({ stageId }) => filter.stageIds.includes(stageId)).map(nameStage);
      if (unknown.length === 0) return [ok("stages", `deals become projects in: ${known.join("; ")}`)];
      const found = `dealStages names ${unknown.join(", ")}, which the portal does not have`;
      const others = known.length === 0 ? "" : `; it does have ${known.join("; ")}`;
      const example = stages.map((stage) => `${stage.stageId}  ${nameStage(stage)}`);
      return [{ ...problem("stages", found + others, `${REMEDY} These are there now:`), example }];
    }
  }
}

/** A stage by name; labels are unique in a pipeline at most. */
export function nameStage({ label, pipelineLabel }: DealStage): string {
  return `${pipelineLabel} > ${label}`;
}
