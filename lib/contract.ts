/**
 * Names and numbers that the deployment (`infra/`) and the code (`lib/`) must spell alike.
 * This file imports nothing, so that either side can import it.
 */

/** Environment variables of the functions. Values are names, ARNs and settings; never secrets. */
export const ENV = {
  tableName: "TABLE_NAME",
  changeQueueUrl: "CHANGE_QUEUE_URL",
  deadLetterQueueUrl: "DEAD_LETTER_QUEUE_URL",
  passQueueUrl: "PASS_QUEUE_URL",
  clientSecretArn: "CLIENT_SECRET_ARN",
  accessTokenArn: "ACCESS_TOKEN_ARN",
  publicUrl: "PUBLIC_URL",
  dealStages: "DEAL_STAGES",
  exclusionProperty: "EXCLUSION_PROPERTY",
  exclusionValues: "EXCLUSION_VALUES",
  hubspotBaseUrl: "HUBSPOT_BASE_URL",
  hubspotApiVersion: "HUBSPOT_API_VERSION",
  requestsPerSecond: "HUBSPOT_REQUESTS_PER_SECOND",
  brakePercent: "BRAKE_PERCENT",
  brakeMinimum: "BRAKE_MINIMUM",
  maxReceives: "MAX_RECEIVES",
  timeZone: "TIME_ZONE",
} as const;

/** The one table: key attributes and indexes. */
export const TABLE = {
  partitionKey: "pk",
  sortKey: "sk",
  /** Contact persons and projects of a customer, and contacts that were merged into one. Sparse. */
  byCustomer: { indexName: "byCustomer", partitionKey: "customerKey", sortKey: "customerSort" },
  /** Records in a state other than linked. Sparse. */
  byState: { indexName: "byState", partitionKey: "stateKey", sortKey: "stateSort" },
  /** Time to live in epoch seconds, on pass reports only. */
  expiresAt: "expiresAt",
} as const;

/** The change queue. */
export const QUEUE = {
  /** Most changes in one message; HubSpot sends at most 100 events in one delivery. */
  changesPerMessage: 100,
  /** Absorbs HubSpot's read-after-write lag and creation storms. Seconds. */
  deliveryDelaySeconds: 2,
  /** How long SQS gathers messages before it calls the worker. Seconds. */
  batchWindowSeconds: 5,
  /** Messages in one call of the worker. */
  batchSize: 100,
  /** Receives of one message before SQS moves it to the dead-letter queue. */
  maxReceives: 5,
} as const;

/** A change of the settings. */
export const SETTINGS_CHANGE: { readonly passDelaySeconds: number } = {
  /**
   * From the moment the functions have new settings to the pass that applies them. A worker that began with the former ones
   * may write for two minutes; half a minute later every list of HubSpot's shows what it read. Seconds.
   */
  passDelaySeconds: 150,
};

/** HubSpot's dated API versions, and the older one. */
export const API_VERSION = /^(?:\d{4}-\d{2}|v3)$/u;

/** Defaults of the settings in `cdk.json`. */
export const DEFAULTS = {
  dealStages: "",
  exclusionProperty: "zep",
  exclusionValues: ["no", "nein"],
  reconcileSchedule: "cron(0 2 * * ? *)",
  reconcileTimeZone: "Europe/Berlin",
  brakePercent: 10,
  brakeMinimum: 20,
  hubspotBaseUrl: "https://api.hubapi.com",
  hubspotApiVersion: "2026-09",
} as const;

/** CloudWatch namespace and metric names, as the alarms spell them. */
export const METRICS = {
  namespace: "HubSpotZepSync",
  signatureRejected: "SignatureRejected",
  deliveryTooLarge: "DeliveryTooLarge",
  enqueueFailed: "EnqueueFailed",
  unknownEvents: "UnknownEvents",
  changesProcessed: "ChangesProcessed",
  changesFailed: "ChangesFailed",
  recordsWritten: "RecordsWritten",
  recordsFailing: "RecordsFailing",
  oldestChangeSeconds: "OldestChangeSeconds",
  hubspotCalls: "HubSpotCalls",
  hubspotRateLimited: "HubSpotRateLimited",
  hubspotDailyUsedPercent: "HubSpotDailyUsedPercent",
  tokenRejected: "TokenRejected",
  passSucceeded: "PassSucceeded",
  passFailed: "PassFailed",
  passStopped: "PassStopped",
  passRepaired: "PassRepaired",
  webhooksMissing: "WebhooksMissing",
  stageUnknown: "StageUnknown",
} as const;

/** Metrics at the end of a pass; no alarm reads them. */
export const PASS_METRICS = {
  seconds: "PassSeconds",
  hubspotCalls: "PassHubSpotCalls",
  rateLimited: "PassRateLimited",
  readUnits: "PassReadUnits",
  writeUnits: "PassWriteUnits",
} as const;

/** What a pass tells of each type of object besides, as `PassCompanyCreated`. */
export const PASS_COUNTS = [
  "read",
  "unchanged",
  "created",
  "updated",
  "frozen",
  "deactivated",
  "repaired",
  "skipped",
  "failing",
] as const;

/** What a pass tells of the calls, units and seconds that each type took, as `PassCompanyReadUnits`; see `PASS_METRICS`. */
export const PASS_USE = ["hubSpotCalls", "readUnits", "writeUnits", "seconds"] as const;

/** The stack's default name, and the names of the outputs that the command line reads. */
export const STACK = {
  name: "HubSpotZepSync",
  outputs: {
    webhookUrl: "WebhookUrl",
    recordsApiUrl: "RecordsApiUrl",
    tableName: "TableName",
    changeQueueUrl: "ChangeQueueUrl",
    deadLetterQueueUrl: "DeadLetterQueueUrl",
    passQueueUrl: "PassQueueUrl",
    passDeadLetterQueueUrl: "PassDeadLetterQueueUrl",
    accessTokenArn: "AccessTokenArn",
    clientSecretArn: "ClientSecretArn",
    scheduleName: "ScheduleName",
    alarmTopicArn: "AlarmTopicArn",
    dashboardUrl: "DashboardUrl",
    nextStep: "NextStep",
  },
} as const;
