import type { CliIo } from "../cli-io.ts";
import { note, ok, problem, type CheckLine } from "./check-line.ts";

const TIMEOUT_MS = 20_000;

/** What the webhook URL answers to a delivery without a signature; undefined when nothing answers. */
export async function probeWebhookDoor(io: Pick<CliIo, "fetch">, webhookUrl: string): Promise<number | undefined> {
  try {
    const headers = { "content-type": "application/json" };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    return (await io.fetch(webhookUrl, { method: "POST", headers, body: "[]", signal })).status;
  } catch {
    return undefined;
  }
}

/** Whether the door is open to HubSpot and closed to everybody else. */
export function checkWebhookDoor(webhookUrl: string, status: number | undefined): readonly CheckLine[] {
  if (status === 401) return [ok("door", `${webhookUrl} refuses requests without HubSpot's signature`)];
  if (status === undefined) {
    return [
      problem("door", `nothing answers at ${webhookUrl}`, "Check DNS and the custom domain (setting publicUrl)."),
    ];
  }
  if (status === 429) return [note("door", "the webhook URL is busy and answers 429 right now")];
  if (status >= 500) {
    const remedy =
      "Fill the client secret with `npx hubspot-zep secrets set client-secret`, then look at receive-webhook's log.";
    return [problem("door", `${webhookUrl} answers ${status}`, remedy)];
  }
  const remedy = "Something else answers there: correct publicUrl in cdk.json, or the routing of the custom domain.";
  return [problem("door", `${webhookUrl} answers ${status}, expected 401 to a request without a signature`, remedy)];
}
