import { AwsClient } from "aws4fetch";
import * as z from "zod";
import { CliError } from "../cli-error.ts";
import type { AwsIdentity, CliIo } from "../cli-io.ts";

/** Services that speak JSON with the action in a header, with that header's prefix and their content type. */
const JSON_SERVICES = {
  secretsmanager: { prefix: "secretsmanager", contentType: "application/x-amz-json-1.1" },
  sqs: { prefix: "AmazonSQS", contentType: "application/x-amz-json-1.0" },
  dynamodb: { prefix: "DynamoDB_20120810", contentType: "application/x-amz-json-1.0" },
  ssm: { prefix: "AmazonSSM", contentType: "application/x-amz-json-1.1" },
} as const;
type JsonService = keyof typeof JSON_SERVICES;

interface SignedRequest {
  readonly service: string;
  readonly url: string;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface JsonCall {
  readonly service: JsonService;
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** An AWS account, with the admin's own credentials. */
export interface AwsAccount {
  readonly identity: AwsIdentity;
  /** Without a slash at its end. `AWS_ENDPOINT_URL_<SERVICE>` and `AWS_ENDPOINT_URL` win, as in the AWS SDK. */
  readonly endpointOf: (service: string) => string;
  /** @throws CliError when nothing answers */
  readonly sendSigned: (request: SignedRequest) => Promise<Response>;
  /**
   * Calls one action of a JSON service.
   * @throws AwsRefusal when the service answers an error
   */
  readonly call: <T>(call: JsonCall, schema: z.ZodType<T>) => Promise<T>;
}

/** AWS answered an error; `code` is AWS' own. */
export class AwsRefusal extends CliError {
  readonly code: string;

  constructor(service: string, code: string, message: string) {
    super(`AWS ${service} answered ${code}: ${message || "no further explanation"}`);
    this.code = code;
  }
}

const TIMEOUT_MS = 30_000;
const refusal = z.looseObject({
  __type: z.string().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  Message: z.string().optional(),
});

/** Opens an account. A dozen calls do not need an SDK client for each service. */
export function createAwsAccount(io: Pick<CliIo, "fetch" | "env">, identity: AwsIdentity): AwsAccount {
  const { region, ...credentials } = identity;
  const client = new AwsClient({ ...credentials, region, retries: 0 });
  const endpointOf = (service: string): string => {
    const override = io.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? io.env["AWS_ENDPOINT_URL"];
    return (override ?? `https://${service}.${region}.amazonaws.com`).replace(/\/+$/u, "");
  };
  const sendSigned = async ({ service, url, method, headers, body }: SignedRequest): Promise<Response> => {
    const request = await client.sign(url, {
      method,
      ...(headers !== undefined && { headers: { ...headers } }),
      ...(body !== undefined && { body }),
      aws: { service, region },
    });
    try {
      return await io.fetch(request, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (cause) {
      throw new CliError(`No answer from ${new URL(url).origin}. Check the network and --region.`, { cause });
    }
  };
  return {
    identity,
    endpointOf,
    sendSigned,
    call: async ({ service, action, input }, schema) => {
      const { prefix, contentType } = JSON_SERVICES[service];
      const response = await sendSigned({
        service,
        method: "POST",
        url: `${endpointOf(service)}/`,
        headers: { "content-type": contentType, "x-amz-target": `${prefix}.${action}` },
        body: JSON.stringify(input),
      });
      return readJsonAnswer(service, response, schema);
    },
  };
}

/**
 * Reads a JSON service's answer.
 * @throws AwsRefusal
 */
export async function readJsonAnswer<T>(service: string, response: Response, schema: z.ZodType<T>): Promise<T> {
  const body: unknown = await response.json().catch(() => ({}));
  if (response.ok) {
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    throw new CliError(`AWS ${service} answered something else than expected.`);
  }
  const { data } = refusal.safeParse(body);
  const code =
    data?.["__type"]?.split("#").at(-1) ?? data?.code ?? response.headers.get("x-amzn-errortype")?.split(":")[0];
  throw new AwsRefusal(service, code ?? String(response.status), data?.message ?? data?.Message ?? "");
}
