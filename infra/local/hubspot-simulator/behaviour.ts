import * as z from "zod";

/** Kinds of calls, as counters and fault rules name them. */
export const CALL_KINDS = [
  "list",
  "read",
  "batchRead",
  "associations",
  "associationsOfOne",
  "pipelines",
  "properties",
  "account",
  "tokenInfo",
  "other",
] as const;
export type CallKind = (typeof CALL_KINDS)[number];

/** What can go wrong with a call on purpose; faults.ts tells what each one does. */
export const FAULT_KINDS = [
  "tenSecondly",
  "daily",
  "bare429",
  "unauthorized",
  "forbidden",
  "locked",
  "migrating",
  "internalError",
  "badGateway",
  "unavailable",
  "cutJson",
  "drop",
  "slow",
  "partial",
  "emptyList",
  "endEarly",
  "disorder",
  "wrongPortal",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

const faultRuleSchema = z.strictObject({
  fault: z.enum(FAULT_KINDS),
  /** All kinds of calls when absent. */
  calls: z.array(z.enum(CALL_KINDS)).optional(),
  /** Share of the matching calls, 0 to 1; every one when absent. */
  share: z.number().min(0).max(1).optional(),
  /** Ends after so many calls; never when absent. */
  times: z.int().min(0).optional(),
  retryAfterSeconds: z.int().min(0).optional(),
  /** For `slow`: how long the answer takes, milliseconds. */
  delayMs: z.int().min(0).optional(),
});
export type FaultRule = z.infer<typeof faultRuleSchema>;

const share = z.number().min(0).max(1);
const milliseconds = z.number().min(0);

/** How the simulator behaves; every field can be changed while it runs. */
export const behaviourSchema = z.strictObject({
  /** Reads answer what was true this long ago. */
  readLagMs: milliseconds,
  /** The same for associations, which HubSpot indexes on their own. */
  associationLagMs: milliseconds,
  /** How long each call takes. */
  latencyMs: milliseconds,
  /** Calls in any ten seconds. */
  burstLimit: z.int().min(1),
  /** Calls of the exempt association batch endpoint in any ten seconds. */
  associationBurstLimit: z.int().min(1),
  dailyLimit: z.int().min(1),
  /** Whether a list's `after` is an id, or a token that only this list understands. */
  afterStyle: z.enum(["id", "opaque"]),
  scopes: z.array(z.string()),
  faults: z.array(faultRuleSchema),
  webhookFormat: z.enum(["legacy", "generic", "mixed"]),
  /** Share of events that never leave. */
  dropShare: share,
  /** Share of events that are sent twice, the second time in another delivery. */
  duplicateShare: share,
  isReordered: z.boolean(),
  /** Events wait up to this long, each for a random time. */
  maxDelayMs: milliseconds,
  /** Fact: 100 at most. */
  maxEventsPerDelivery: z.int().min(1).max(100),
  /** How long events are gathered before they are sent. */
  gatherMs: milliseconds,
  /** First pause before a retry; doubles each time. HubSpot spreads ten retries over 24 hours. */
  retryDelayMs: milliseconds,
  /** Holds all deliveries back while true. */
  isPaused: z.boolean(),
});
export type Behaviour = z.infer<typeof behaviourSchema>;

/** A change of some fields. */
export const behaviourPatchSchema = behaviourSchema.partial();
export type BehaviourPatch = z.infer<typeof behaviourPatchSchema>;

/** Read scopes that cover everything this project calls. */
export const READ_SCOPES = [
  "crm.objects.companies.read",
  "crm.objects.contacts.read",
  "crm.objects.deals.read",
  "oauth",
] as const;

/** A well-behaved Professional portal. */
export function createBehaviour(): Behaviour {
  return {
    readLagMs: 0,
    associationLagMs: 0,
    latencyMs: 0,
    burstLimit: 190,
    associationBurstLimit: 1_000,
    dailyLimit: 650_000,
    afterStyle: "id",
    scopes: [...READ_SCOPES],
    faults: [],
    webhookFormat: "legacy",
    dropShare: 0,
    duplicateShare: 0,
    isReordered: false,
    maxDelayMs: 0,
    maxEventsPerDelivery: 100,
    gatherMs: 50,
    retryDelayMs: 200,
    isPaused: false,
  };
}
