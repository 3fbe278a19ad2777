import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import { ENV, QUEUE } from "../../lib/contract.ts";
import type { DeploymentSettings } from "./settings.ts";

/** What everything that reads HubSpot and applies the rules shares. */
export interface RuleEnvironment {
  readonly tableName: string;
  readonly changeQueueUrl: string;
  readonly accessToken: ISecret;
  readonly settings: DeploymentSettings;
}

/** Environment of process-changes. */
export function buildWorkerEnvironment(shared: RuleEnvironment): Readonly<Record<string, string>> {
  const { settings } = shared;
  return {
    [ENV.tableName]: shared.tableName,
    [ENV.changeQueueUrl]: shared.changeQueueUrl,
    [ENV.accessTokenArn]: shared.accessToken.secretArn,
    [ENV.dealStages]: settings.dealStages,
    [ENV.exclusionProperty]: settings.exclusionProperty,
    [ENV.exclusionValues]: settings.exclusionValues.join(","),
    [ENV.hubspotApiVersion]: settings.hubspotApiVersion,
    [ENV.maxReceives]: String(QUEUE.maxReceives),
  };
}

/** Environment of reconcile, and with the dead-letter queue's URL of records-api. */
export function buildPassEnvironment(shared: RuleEnvironment, passQueueUrl: string): Readonly<Record<string, string>> {
  return {
    ...buildWorkerEnvironment(shared),
    [ENV.passQueueUrl]: passQueueUrl,
    [ENV.brakePercent]: String(shared.settings.brakePercent),
    [ENV.brakeMinimum]: String(shared.settings.brakeMinimum),
  };
}
