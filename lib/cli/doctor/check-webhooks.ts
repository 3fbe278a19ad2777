import { PLACEHOLDER_TARGET_URL } from "../../hubspot/app-definition.ts";
import { note, ok, problem, type CheckLine } from "./check-line.ts";

/** What is known of the webhooks without asking HubSpot. */
export interface WebhookFacts {
  /** Target URL in the HubSpot app's files; absent when there are none. */
  readonly appTargetUrl?: string;
  /** Whether the files subscribe to exactly what the mapping reads. */
  readonly isAppCurrent?: boolean;
  /** The deployment's own URL; absent before it. */
  readonly webhookUrl?: string;
}

const WRITE = "Write the files with `npx hubspot-zep hubspot-app --aws` and upload them with `hs project upload`.";

/** As much of the webhooks as can be seen: HubSpot offers no interface to read a static app's subscriptions. */
export function checkWebhooks({ appTargetUrl, isAppCurrent, webhookUrl }: WebhookFacts): readonly CheckLine[] {
  const unseen = note(
    "webhooks",
    "what HubSpot is subscribed to cannot be read with this kind of token; the app's files and the last event tell",
  );
  if (webhookUrl === undefined) return [unseen];
  if (appTargetUrl === undefined) {
    const finding = "there are no HubSpot app files here; fine for a legacy private app, or with the files elsewhere";
    return [unseen, note("webhooks", finding, `Else: ${WRITE}`)];
  }
  if (appTargetUrl === PLACEHOLDER_TARGET_URL) {
    return [unseen, problem("webhooks", "the HubSpot app's files hold no target URL yet", WRITE)];
  }
  if (appTargetUrl !== webhookUrl) {
    const finding = `the HubSpot app's files send webhooks to ${appTargetUrl}, this deployment listens at ${webhookUrl}`;
    return [unseen, problem("webhooks", finding, WRITE)];
  }
  if (isAppCurrent === false) {
    return [unseen, problem("webhooks", "the HubSpot app's files do not subscribe to what the sync reads", WRITE)];
  }
  return [unseen, ok("webhooks", `the HubSpot app's files send what the sync reads to ${webhookUrl}`)];
}
