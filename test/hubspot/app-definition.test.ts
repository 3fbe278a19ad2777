import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { DEFAULTS } from "../../lib/contract.ts";
import {
  buildAppFiles,
  listClicks,
  PLACEHOLDER_TARGET_URL,
  SCOPES,
  WEBHOOKS_FILE,
} from "../../lib/hubspot/app-definition.ts";
import { createObjectMapping } from "../../lib/hubspot/object-mapping.ts";
import { listProperties, MERGED_IDS_PROPERTY } from "../../lib/hubspot/properties.ts";

const FOLDER = new URL("../../infra/hubspot/", import.meta.url);
const TARGET_URL = "https://abc.execute-api.eu-central-1.amazonaws.com/webhook";
const files = buildAppFiles({ targetUrl: TARGET_URL, exclusionProperty: "kein_zep" });

const subscription = z.object({
  subscriptionType: z.string(),
  objectType: z.string(),
  propertyName: z.string().optional(),
  active: z.literal(true),
});
const webhooksFile = z.object({
  config: z.object({
    settings: z.object({ targetUrl: z.string(), maxConcurrentRequests: z.number() }),
    subscriptions: z.object({ crmObjects: z.array(subscription), hubEvents: z.array(z.unknown()) }),
  }),
});
const { settings, subscriptions } = webhooksFile.parse(readBuilt("src/app/webhooks/webhooks-hsmeta.json")).config;

describe("buildAppFiles", () => {
  it("builds the committed files, for the placeholder URL and the default exclusion property", () => {
    const committed = readdirSync(FOLDER, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const built = buildAppFiles({ targetUrl: PLACEHOLDER_TARGET_URL, exclusionProperty: DEFAULTS.exclusionProperty });
    expect(committed).toHaveLength(Object.keys(built).length);
    for (const [path, text] of Object.entries(built)) expect(readFileSync(new URL(path, FOLDER), "utf8")).toBe(text);
  });

  it("asks for reading companies, contacts and deals, and for nothing else", () => {
    expect(readBuilt("src/app/app-hsmeta.json")).toMatchObject({
      type: "app",
      config: {
        distribution: "private",
        auth: {
          type: "static",
          requiredScopes: ["crm.objects.companies.read", "crm.objects.contacts.read", "crm.objects.deals.read"],
          optionalScopes: [],
        },
      },
    });
  });

  it("sends the webhooks to the deployment", () => {
    expect(settings).toEqual({ targetUrl: TARGET_URL, maxConcurrentRequests: 10 });
  });

  it.each(["company", "contact", "deal"] as const)(
    "subscribes to exactly the properties of a %s that the mapping reads",
    (type) => {
      const properties = subscriptions.crmObjects.flatMap(({ objectType, propertyName }) =>
        objectType === type && propertyName !== undefined ? [propertyName] : [],
      );
      expect(properties).toEqual(listProperties(type, "kein_zep"));
    },
  );

  it.each(["company", "contact", "deal"] as const)(
    "subscribes to every property whose value reaches a %s, but the one that no webhook tells of",
    (type) => {
      const subscribed = subscriptions.crmObjects.flatMap(({ objectType, propertyName }) =>
        objectType === type && propertyName !== undefined ? [propertyName] : [],
      );
      expect([...subscribed, MERGED_IDS_PROPERTY].toSorted()).toEqual(recordReads(type).toSorted());
    },
  );

  it.each(["company", "contact", "deal"])("subscribes to everything else that can happen to a %s", (type) => {
    const events = subscriptions.crmObjects.filter(
      ({ objectType, propertyName }) => objectType === type && propertyName === undefined,
    );
    expect(events.map(({ subscriptionType }) => subscriptionType)).toEqual([
      "object.creation",
      "object.deletion",
      "object.restore",
      "object.merge",
      "object.associationChange",
    ]);
  });

  it("follows the exclusion property of the settings", () => {
    expect(subscriptions.crmObjects).toContainEqual({
      subscriptionType: "object.propertyChange",
      objectType: "company",
      propertyName: "kein_zep",
      active: true,
    });
    expect(JSON.stringify(subscriptions)).not.toContain('"zep"');
  });

  it("hears of erasures", () => {
    expect(subscriptions.hubEvents).toEqual([{ subscriptionType: "contact.privacyDeletion", active: true }]);
  });
});

/** The properties that the mapping really looks at, whatever list it was made from. */
function recordReads(type: "company" | "contact" | "deal"): readonly string[] {
  const reads = new Set<string>();
  const properties = new Proxy<Record<string, string>>(
    {},
    {
      getOwnPropertyDescriptor: (_, name) => {
        reads.add(String(name));
        return undefined;
      },
    },
  );
  createObjectMapping("kein_zep")[type]({ id: "1", properties, updatedAt: new Date(0) });
  return [...reads];
}

describe("listClicks", () => {
  it("says in words exactly what the project app's files subscribe to", () => {
    const clicks = listClicks("kein_zep");
    const clicked = clicks.reduce((sum, { events, properties }) => sum + events.length + properties.length, 0);
    expect(clicked).toBe(subscriptions.crmObjects.length + subscriptions.hubEvents.length);
    for (const { type, properties } of clicks) expect(properties).toEqual(listProperties(type, "kein_zep"));
    expect(clicks.map(({ events }) => events.length)).toEqual([5, 6, 5]);
  });

  it("agrees with the README's list for owners of a legacy private app", () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    const [list = ""] = /^ *- \*\*Existing legacy private app\*\*.*$/mu.exec(readme) ?? [];
    const everyType = listClicks("zep").map(({ events }) => events.filter((event) => event !== "deleted for privacy"));
    expect(new Set(everyType.map((events) => events.toSorted().join()))).toHaveProperty("size", 1);
    for (const scope of SCOPES) expect(list).toContain(`\`${scope}\``);
    const [, named = ""] = /subscribe for companies, contacts and deals to _(?<events>[^_]*)_/u.exec(list) ?? [];
    expect(named.split(", ").toSorted()).toEqual(everyType[0]?.toSorted());
    expect(list).toContain("for contacts also to _deleted for privacy_");
    expect(list).toContain(`infra/hubspot/${WEBHOOKS_FILE}`);
  });
});

function readBuilt(path: string): unknown {
  return JSON.parse(files[path] ?? "");
}
