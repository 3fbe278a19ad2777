import type { SQSEvent } from "aws-lambda";
import type { ChangeMessage } from "../sync/ports.ts";
import { decodeMessage } from "./decode-message.ts";

/** A message that is not ours. Its receiver must hand it back, so that it ends in the dead-letter queue. */
export interface MalformedMessage {
  readonly messageId: string;
  /** Places and kinds of problems, no values. */
  readonly why: string;
}

/** Reads the messages of a batch; those that cannot be read are named apart and cost the others nothing. */
export function parseSqsEvent(event: SQSEvent): {
  readonly messages: readonly ChangeMessage[];
  readonly malformed: readonly MalformedMessage[];
} {
  const messages: ChangeMessage[] = [];
  const malformed: MalformedMessage[] = [];
  for (const { messageId, body, attributes } of event.Records) {
    const decoded = decodeMessage(body);
    if (decoded.kind === "malformed") malformed.push({ messageId, why: decoded.why });
    else messages.push({ messageId, receives: Number(attributes.ApproximateReceiveCount), ...decoded.body });
  }
  return { messages, malformed };
}
