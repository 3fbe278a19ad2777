import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { toDeliveryRequest } from "../hubspot/http-event.ts";
import { createSignatureCheck, type ClientSecrets } from "../hubspot/signature.ts";
import { parseDelivery } from "../hubspot/webhook-events.ts";
import type { ChangeQueue, Clock, Telemetry } from "../sync/ports.ts";
import { receiveDelivery } from "../sync/receive-delivery.ts";

interface DeliveryHandlerOptions {
  readonly clientSecrets: ClientSecrets;
  readonly queue: Pick<ChangeQueue, "send">;
  readonly clock: Pick<Clock, "now">;
  /** The telemetry of one delivery, with its id on every line. */
  readonly telemetryOf: (deliveryId: string) => Telemetry;
  /** The URL that HubSpot calls, when it is not the one the request shows (custom domain, proxy). */
  readonly publicUrl?: string | undefined;
}

/** Creates the handler behind the webhook's door. */
export function createDeliveryHandler(
  options: DeliveryHandlerOptions,
): (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2> {
  const { clientSecrets, queue, clock, telemetryOf, publicUrl } = options;
  const ports = { verify: createSignatureCheck({ clientSecrets, clock }), parse: parseDelivery, queue, clock };
  return async (event) => {
    const request = toDeliveryRequest(event, publicUrl);
    const telemetry = telemetryOf(request.deliveryId);
    const { status, body } = await receiveDelivery({ ...ports, telemetry }, request);
    return { statusCode: status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  };
}
