import { METRICS, QUEUE } from "../contract.ts";
import type { Change } from "../domain/change.ts";
import { coalesceChanges } from "../domain/coalesce-changes.ts";
import { NonRetryableError, RetryableError } from "./errors.ts";
import type { ChangeQueue, Clock, DeliveryRequest, ParsedDelivery, SignatureVerdict, Telemetry } from "./ports.ts";

/**
 * The largest body that is looked at, 4 MiB: about what reaches us at all. Lambda takes 6 MB with the envelope, and base64
 * adds a third. Bytes.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const MAX_BODY_BYTES = 4_194_304;

/** What a delivery needs. */
export interface DeliveryPorts {
  readonly verify: (request: DeliveryRequest) => Promise<SignatureVerdict>;
  readonly parse: (body: Uint8Array, receivedAtMs: number) => ParsedDelivery;
  readonly queue: Pick<ChangeQueue, "send">;
  readonly clock: Pick<Clock, "now">;
  readonly telemetry: Telemetry;
}

/** What HubSpot is answered. Nothing of the request is repeated in it. */
export interface DeliveryAnswer {
  readonly status: 200 | 400 | 401 | 405 | 413 | 503;
  readonly body: { readonly title: string };
}

/**
 * Takes one webhook delivery in: verifies, parses, joins its events to one change per object and hands them to the queue
 * as one message. Answers 200 only when the queue has them; HubSpot repeats a delivery for a day on any other answer.
 */
export async function receiveDelivery(ports: DeliveryPorts, request: DeliveryRequest): Promise<DeliveryAnswer> {
  if (request.method !== "POST") return answer(405, "Only POST is accepted");
  if (request.body.length > MAX_BODY_BYTES) return refuseLargeBody(ports, request);
  const receivedAtMs = ports.clock.now();
  try {
    const verdict = await ports.verify(request);
    if (verdict.kind === "rejected") return rejectSignature(ports, verdict.why);
    const delivery = ports.parse(request.body, receivedAtMs);
    if (delivery.kind === "notAnArray") return refuseBody(ports, request);
    return await enqueue(ports, delivery, { deliveryId: request.deliveryId, receivedAtMs });
  } catch (error) {
    if (!isOperational(error)) throw error;
    ports.telemetry.count(METRICS.enqueueFailed, 1);
    ports.telemetry.error("The delivery could not be taken in; HubSpot will repeat it", { error });
    return answer(503, "Try again later");
  }
}

interface Receipt {
  readonly deliveryId: string;
  readonly receivedAtMs: number;
}

async function enqueue(
  ports: DeliveryPorts,
  delivery: Extract<ParsedDelivery, { readonly kind: "parsed" }>,
  receipt: Receipt,
): Promise<DeliveryAnswer> {
  const changes = coalesceChanges(delivery.changes);
  reportIgnored(ports.telemetry, delivery);
  for (const part of splitByMessage(changes)) await ports.queue.send({ ...receipt, changes: part });
  ports.telemetry.info("Delivery accepted", {
    eventCount: delivery.changes.length,
    changeCount: changes.length,
    malformedCount: delivery.malformed,
  });
  return answer(200, "Accepted");
}

/** HubSpot's deliveries fit into one message. */
function splitByMessage(changes: readonly Change[]): readonly (readonly Change[])[] {
  const size = QUEUE.changesPerMessage;
  return Array.from({ length: Math.ceil(changes.length / size) }, (_, part) =>
    changes.slice(part * size, (part + 1) * size),
  );
}

/** Associations between contacts and deals are known and not needed; the others may be new to HubSpot. */
function reportIgnored(telemetry: Telemetry, delivery: Extract<ParsedDelivery, { readonly kind: "parsed" }>): void {
  const { unknownKind = 0, unknownType = 0, otherAssociation = 0 } = delivery.ignored;
  const unknownCount = unknownKind + unknownType + delivery.malformed;
  if (unknownCount > 0) telemetry.count(METRICS.unknownEvents, unknownCount);
  if (unknownCount + otherAssociation === 0) return;
  telemetry.info("Events ignored", {
    unknownKindCount: unknownKind,
    unknownTypeCount: unknownType,
    otherAssociationCount: otherAssociation,
    malformedCount: delivery.malformed,
  });
}

function rejectSignature({ telemetry }: DeliveryPorts, why: string): DeliveryAnswer {
  telemetry.count(METRICS.signatureRejected, 1);
  telemetry.warn("Signature rejected", { reason: why });
  return answer(401, "The signature is not valid");
}

/** Anybody may cause it, for the signature is not looked at before; of HubSpot's own, the next pass finds what was told. */
function refuseLargeBody({ telemetry }: DeliveryPorts, { body }: DeliveryRequest): DeliveryAnswer {
  telemetry.count(METRICS.deliveryTooLarge, 1);
  telemetry.warn("Body refused", { reason: "tooLarge", bodyBytes: body.length, limitBytes: MAX_BODY_BYTES });
  return answer(413, "The body is too large");
}

function refuseBody({ telemetry }: DeliveryPorts, { body }: DeliveryRequest): DeliveryAnswer {
  telemetry.warn("Body refused", { reason: "notAnArray", bodyBytes: body.length });
  return answer(400, "The body must be a JSON array");
}

function answer(status: DeliveryAnswer["status"], title: string): DeliveryAnswer {
  return { status, body: { title } };
}

function isOperational(error: unknown): boolean {
  return error instanceof RetryableError || error instanceof NonRetryableError;
}
