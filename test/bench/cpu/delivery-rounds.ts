import { createRequire } from "node:module";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { signDelivery } from "../../../infra/local/hubspot-simulator/webhook-signature.ts";
import { httpEvent } from "../../hubspot/sample-http-event.ts";
import { measureInRounds } from "../rounds.ts";

/*
 * Runs as a process of its own: takes the bundles and the delivery from its parent and tells it the CPU time of one
 * delivery by each. What the function logs goes to this process' standard output, which nobody reads.
 */

const WARM_UP = 300;
const ROUNDS = 11;
const DELIVERIES = 100;

/** What the parent sends. */
export interface DeliveryJob {
  readonly bundlePath: string;
  readonly floorPath: string;
  readonly body: string;
  readonly clientSecret: string;
}

/** CPU time of one delivery, microseconds. */
export interface DeliveryCpu {
  readonly handler: number;
  readonly floor: number;
}

type Handler = (event: APIGatewayProxyEventV2) => Promise<{ readonly statusCode: number }>;

const load = createRequire(import.meta.url);

async function measure({ bundlePath, floorPath, body, clientSecret }: DeliveryJob): Promise<DeliveryCpu> {
  const handlers: { readonly handler: Handler; readonly floor: Handler } = {
    handler: load(bundlePath).handler,
    floor: load(floorPath).handler,
  };
  const deliver = async (handler: Handler, times: number): Promise<number> => {
    const bare = httpEvent({ body });
    const url = `https://${bare.requestContext.domainName}${bare.rawPath}`;
    const event = { ...bare, headers: signDelivery({ url, body, clientSecret, timestampMs: Date.now() }) };
    const before = process.cpuUsage();
    for (let time = 0; time < times; time += 1) {
      const { statusCode } = await handler(event);
      if (statusCode !== 200) throw new Error(`a delivery was answered ${statusCode}`);
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / times;
  };
  for (const handler of [handlers.handler, handlers.floor]) await deliver(handler, WARM_UP);
  return measureInRounds(
    { handler: () => deliver(handlers.handler, DELIVERIES), floor: () => deliver(handlers.floor, DELIVERIES) },
    ROUNDS,
    () => undefined,
  );
}

process.once("message", (job: DeliveryJob) => {
  void measure(job).then((cpu) => process.send?.(cpu, () => process.exit()));
});
