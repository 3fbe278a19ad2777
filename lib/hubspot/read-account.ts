import * as z from "zod";
import { NonRetryableError } from "../sync/errors.ts";
import type { Account, DealStage } from "../sync/ports.ts";
import { badAnswer } from "./crm-clients.ts";
import type { HttpTransport } from "./http-transport.ts";

/** Where HubSpot is asked. */
export interface AccountSource {
  readonly transport: HttpTransport;
  readonly baseUrl: string;
}

const accountDetails = z.object({
  portalId: z.union([z.int().transform(String), z.string().regex(/^\d+$/u)]),
  uiDomain: z.string().min(1),
  timeZone: z.string().min(1),
});

const dealPipelines = z.object({
  results: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      stages: z.array(z.object({ id: z.string(), label: z.string() })),
    }),
  ),
});

const propertyDefinition = z.object({ name: z.string(), archived: z.boolean().optional() });

/**
 * Reads which account the access token is of; needs no scope.
 * @throws RetryableError, NonRetryableError
 */
export async function readAccount(source: AccountSource): Promise<Account> {
  return requireFound(await readOne(source, "/account-info/v3/details", accountDetails), "account details");
}

/**
 * Lists the deal stages of all pipelines.
 * @throws RetryableError, NonRetryableError
 */
export async function listDealStages(source: AccountSource): Promise<readonly DealStage[]> {
  const { results } = requireFound(await readOne(source, "/crm/v3/pipelines/deals", dealPipelines), "deal pipelines");
  return results.flatMap((pipeline) =>
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
export async function hasCompanyProperty(source: AccountSource, name: string): Promise<boolean> {
  const path = `/crm/v3/properties/companies/${encodeURIComponent(name)}`;
  const property = await readOne(source, path, propertyDefinition);
  return property !== undefined && property.archived !== true;
}

/** @returns undefined when HubSpot answered 404 */
async function readOne<T>(
  { transport, baseUrl }: AccountSource,
  path: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  const answer = await transport.send({ method: "GET", url: baseUrl + path });
  if (answer.status === 404) return undefined;
  const parsed = schema.safeParse(parseJson(answer.body));
  if (!parsed.success) throw badAnswer(`HubSpot's answer could not be read (GET ${path})`);
  return parsed.data;
}

function requireFound<T>(found: T | undefined, what: string): T {
  if (found !== undefined) return found;
  throw new NonRetryableError(`HubSpot answered 404 (${what}); is the API version right?`, { code: "badAnswer" });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
