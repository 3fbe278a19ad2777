import { OBJECT_TYPES, type ObjectType } from "../domain/hubspot-object.ts";
import { listProperties } from "./properties.ts";

export interface AppOptions {
  /** Where HubSpot sends the webhooks: the deployment's output `WebhookUrl`. */
  readonly targetUrl: string;
  /** HubSpot's name of the company property that excludes a company. */
  readonly exclusionProperty: string;
}

/** Path below `infra/hubspot/` to the file's text. */
export type AppFiles = Readonly<Record<string, string>>;

/** Stands in the committed files until a deployment has a URL; no server can have this name (RFC 2606). */
export const PLACEHOLDER_TARGET_URL = "https://not-deployed-yet.invalid/webhook";

/** The file of the app's name, kind and scopes. */
export const APP_FILE = "src/app/app-hsmeta.json";

/** The file of the target URL and the subscriptions. */
export const WEBHOOKS_FILE = "src/app/webhooks/webhooks-hsmeta.json";

/** HubSpot's platform version of project apps. */
const PLATFORM_VERSION = "2026.09";

const SCOPE_OF: Readonly<Record<ObjectType, string>> = {
  company: "crm.objects.companies.read",
  contact: "crm.objects.contacts.read",
  deal: "crm.objects.deals.read",
};

/** The scope that lets an object type be read, with its associations, pipelines, property definitions and webhooks. */
export function scopeOf(type: ObjectType): string {
  return SCOPE_OF[type];
}

/** Everything the app asks for: reading is all we do. */
export const SCOPES: readonly string[] = OBJECT_TYPES.map(scopeOf);

/** Every kind of event but property changes, which are subscribed to one by one. */
const OBJECT_EVENTS = ["creation", "deletion", "restore", "merge", "associationChange"] as const;

/** The same events as the user interface of a legacy private app calls them. */
const EVENT_WORDS: Readonly<Record<(typeof OBJECT_EVENTS)[number] | "privacyDeletion", string>> = {
  creation: "created",
  deletion: "deleted",
  restore: "restored",
  merge: "merged",
  associationChange: "association changed",
  privacyDeletion: "deleted for privacy",
};

/** What to subscribe to by hand, for one object type. */
export interface Clicks {
  readonly type: ObjectType;
  readonly events: readonly string[];
  /** HubSpot's names of the properties whose changes matter. */
  readonly properties: readonly string[];
}

/** What the owner of a legacy private app, which takes no files, has to click: the same subscriptions in words. */
export function listClicks(exclusionProperty: string): readonly Clicks[] {
  return OBJECT_TYPES.map((type) => ({
    type,
    events: [...OBJECT_EVENTS, ...(type === "contact" ? (["privacyDeletion"] as const) : [])].map(
      (event) => EVENT_WORDS[event],
    ),
    properties: listProperties(type, exclusionProperty),
  }));
}

/**
 * Builds the HubSpot project app: private, with a static token, read-only, subscribed to exactly what the mapping reads.
 *
 * @see https://developers.hubspot.com/docs/apps/developer-platform/add-features/configure-webhooks
 */
export function buildAppFiles({ targetUrl, exclusionProperty }: AppOptions): AppFiles {
  return {
    "hsproject.json": toJson({ name: "hubspot-zep-sync", srcDir: "src", platformVersion: PLATFORM_VERSION }),
    [APP_FILE]: toJson(buildApp()),
    [WEBHOOKS_FILE]: toJson(buildWebhooks(targetUrl, exclusionProperty)),
  };
}

function buildApp(): unknown {
  return {
    uid: "hubspot_zep_sync",
    type: "app",
    config: {
      name: "ZEP sync",
      description: "Carries companies, contacts and deals to ZEP. Reads only.",
      distribution: "private",
      auth: { type: "static", requiredScopes: SCOPES, optionalScopes: [], conditionallyRequiredScopes: [] },
      permittedUrls: { fetch: [], iframe: [], img: [] },
    },
  };
}

function buildWebhooks(targetUrl: string, exclusionProperty: string): unknown {
  return {
    uid: "hubspot_zep_sync_webhooks",
    type: "webhooks",
    config: {
      settings: { targetUrl, maxConcurrentRequests: 10 },
      subscriptions: {
        crmObjects: OBJECT_TYPES.flatMap((type) => listSubscriptions(type, exclusionProperty)),
        legacyCrmObjects: [],
        // The erasure of a contact has no generic form.
        hubEvents: [{ subscriptionType: "contact.privacyDeletion", active: true }],
      },
    },
  };
}

function listSubscriptions(objectType: ObjectType, exclusionProperty: string): readonly unknown[] {
  return [
    ...OBJECT_EVENTS.map((event) => ({ subscriptionType: `object.${event}`, objectType, active: true })),
    ...listProperties(objectType, exclusionProperty).map((propertyName) => ({
      subscriptionType: "object.propertyChange",
      objectType,
      propertyName,
      active: true,
    })),
  ];
}

function toJson(content: unknown): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}
