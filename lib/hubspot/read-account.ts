import * as z from "zod";
import type { Account, DealStage } from "../sync/ports.ts";
import { badAnswer, callExisting, callOrMissing } from "./crm-clients.ts";
import type { CrmClients } from "./crm-clients.ts";
import type { HttpTransport } from "./http-transport.ts";
import { PATH_NAMES } from "./object-types.ts";

const accountDetails = z.object({
  portalId: z.union([z.int().transform(String), z.string().regex(/^\d+$/u)]),
  uiDomain: z.string().min(1),
  timeZone: z.string().min(1),
});

/**
 * Reads which account the access token is of; needs no scope. The SDK has no client for it.
 * @throws RetryableError, NonRetryableError
 */
export async function readAccount(transport: HttpTransport, baseUrl: string): Promise<Account> {
  const answer = await transport.send({ method: "GET", url: `${baseUrl}/account-info/v3/details` });
  const parsed = accountDetails.safeParse(parseJson(answer.body));
  if (!parsed.success) throw badAnswer(`HubSpot answered ${answer.status} and no account (account details)`);
  return parsed.data;
}

/**
 * Lists the deal stages of all pipelines.
 * @throws RetryableError, NonRetryableError
 */
export async function listDealStages({ pipelines }: Pick<CrmClients, "pipelines">): Promise<readonly DealStage[]> {
  const answer = await callExisting("deal pipelines", () => pipelines.getAll(PATH_NAMES.deal));
  if (!Array.isArray(answer.results)) throw badAnswer("HubSpot answered no results (deal pipelines)");
  return answer.results.flatMap((pipeline) =>
    pipeline.stages.map((stage) => ({
      stageId: stage.id,
      label: stage.label,
      pipelineId: pipeline.id,
      pipelineLabel: pipeline.label,
    })),
  );
}

/**
 * Whether companies have this property; an archived one has no values.
 * @throws RetryableError, NonRetryableError
 */
export async function hasCompanyProperty(
  { properties }: Pick<CrmClients, "properties">,
  name: string,
): Promise<boolean> {
  const property = await callOrMissing("company property", () => properties.getByName(PATH_NAMES.company, name));
  return property !== undefined && property.archived !== true;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
