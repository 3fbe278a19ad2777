// Only these two generated clients, each by its own path: the SDK's main entry would load all of HubSpot's APIs, ten
// times as much code, and one more client for a single read costs 50 kB in every function.
import * as associations from "@hubspot/api-client/lib/codegen/crm/associations/v4/index.js";
import * as objects from "@hubspot/api-client/lib/codegen/crm/objects/index.js";
import { NonRetryableError, RetryableError } from "../sync/errors.ts";
import type { HttpTransport } from "./http-transport.ts";

/** HubSpot's generated clients, all sending through our transport. */
export interface CrmClients {
  readonly objects: objects.BasicApi;
  readonly objectBatches: objects.BatchApi;
  readonly associationBatches: associations.BatchApi;
}

/** What the generated clients' requests have in common. */
interface WireRequest {
  readonly getUrl: () => string;
  readonly getHttpMethod: () => string;
  readonly getBody: () => unknown;
}

/** Builds the generated clients on a transport. The token is the transport's affair. */
export function createCrmClients(transport: HttpTransport, baseUrl: string): CrmClients {
  const http = {
    send: async (request: WireRequest): Promise<objects.ResponseContext> => {
      const body = request.getBody();
      const answer = await transport.send({
        method: request.getHttpMethod(),
        url: request.getUrl(),
        ...(typeof body === "string" ? { body } : {}),
      });
      // A 200 without a content type is JSON all the same; the clients would not parse it.
      const headers = { "content-type": "application/json" };
      const text = async (): Promise<string> => answer.body;
      const binary = async (): Promise<Buffer> => Buffer.from(answer.body);
      return new objects.ResponseContext(answer.status, headers, { text, binary });
    },
  };
  const objectSettings = objects.createConfiguration({
    baseServer: new objects.ServerConfiguration(baseUrl, {}),
    httpApi: objects.wrapHttpLibrary(http),
  });
  return {
    objects: new objects.BasicApi(objectSettings),
    objectBatches: new objects.BatchApi(objectSettings),
    associationBatches: new associations.BatchApi(
      associations.createConfiguration({
        baseServer: new associations.ServerConfiguration(baseUrl, {}),
        httpApi: associations.wrapHttpLibrary(http),
      }),
    ),
  };
}

/**
 * Makes a call of a generated client and translates its failures: an `ApiException` holds body and headers in its
 * message, and a parse error quotes the body.
 *
 * @returns undefined when HubSpot answered 404
 * @throws RetryableError, NonRetryableError
 */
export async function callOrMissing<T>(what: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof RetryableError || error instanceof NonRetryableError) throw error;
    if (isNotFound(error)) return undefined;
    throw badAnswer(`HubSpot's answer could not be read (${what})`);
  }
}

/**
 * Makes a call whose path always exists.
 * @throws RetryableError, NonRetryableError `badAnswer` on a 404
 */
export async function callExisting<T>(what: string, call: () => Promise<T | undefined>): Promise<T> {
  const answer = await callOrMissing(what, call);
  if (answer === undefined) {
    throw new NonRetryableError(`HubSpot answered 404 (${what}); is the API version right?`, { code: "badAnswer" });
  }
  return answer;
}

/** An answer that is cut off or lacks what it must hold. The next one may be whole; nothing may be concluded from it. */
export function badAnswer(message: string): RetryableError {
  return new RetryableError(message, { code: "badAnswer" });
}

/** Each generated client has an exception class of its own; the status is what they share. */
function isNotFound(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === 404;
}
