import { printResult, type Command } from "../command.ts";
import { findAccessToken, HUBSPOT_OPTIONS, openHubSpot } from "../open-hubspot.ts";
import { readAccessToken } from "../aws/deployed-token.ts";
import { AWS_OPTIONS, openDeployment } from "../aws/deployment.ts";
import { isAwsChosen, refuseAwsOptions } from "../target.ts";
import { renderTable } from "../terminal/text-table.ts";

/** Lists pipelines and stages with the ids that `dealStages` takes. */
export const STAGES: Command = {
  name: "stages",
  summary: "Lists the portal's deal stages by name, with the ids that the setting dealStages takes.",
  options: [["--aws", "use the access token of the stack on AWS"], ...AWS_OPTIONS, ...HUBSPOT_OPTIONS],
  examples: [
    "HUBSPOT_ACCESS_TOKEN=… npx hubspot-zep stages",
    "npx hubspot-zep stages --aws",
    "npx hubspot-zep stages --json",
  ],
  run: async (call) => {
    const { io, options } = call;
    if (!isAwsChosen(options)) refuseAwsOptions(options);
    const token = isAwsChosen(options)
      ? await readAccessToken(await openDeployment(io, options))
      : await findAccessToken(io);
    const stages = await openHubSpot(call, token).reader.listDealStages();
    printResult(call, stages, () =>
      renderTable(
        io,
        [
          { heading: "Pipeline", cell: ({ pipelineLabel }) => pipelineLabel },
          { heading: "Stage", cell: ({ label }) => label },
          { heading: "Stage id", cell: ({ stageId }) => stageId, isId: true },
        ],
        stages,
      ),
    );
  },
};
