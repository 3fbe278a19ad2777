import { PRICES } from "./prices.ts";

/** What something uses of AWS, as far as it grows with the work. */
export interface Usage {
  readonly httpRequests: number;
  readonly invocations: number;
  readonly gigabyteSeconds: number;
  readonly sqsRequests: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** Its list price, US dollars. */
export function priceOf(usage: Usage): number {
  return (
    usage.httpRequests * PRICES.httpApiRequest +
    usage.invocations * PRICES.lambdaRequest +
    usage.gigabyteSeconds * PRICES.lambdaGbSecond +
    usage.sqsRequests * PRICES.sqsRequest +
    usage.readUnits * PRICES.dynamoDbReadUnit +
    usage.writeUnits * PRICES.dynamoDbWriteUnit
  );
}

/** What the model takes for granted besides the counted units. */
export const COST_ASSUMPTIONS = {
  /** Lambda's memory, as deployed. Gigabytes. */
  receiverGigabytes: 0.5,
  workerGigabytes: 1,
  passGigabytes: 1,
  receiverSeconds: 0.02,
  hubspotCallSeconds: 0.3,
  /** Messages that Lambda's poller takes, and deletes, in one request. */
  messagesPerPoll: 10,
  /** HubSpot's limit for a Professional account, and the pass' share of it. */
  callsPerSecond: 19,
  passShare: 0.9,
  passInvocationSeconds: 840,
  checkpointSeconds: 10,
} as const;

/** Dollars as the table shows them. */
export function spellDollars(dollars: number): string {
  return `$${dollars < 1 ? dollars.toFixed(3) : dollars.toFixed(2)}`;
}
