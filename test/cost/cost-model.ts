import { METRICS, PASS_COUNTS, PASS_METRICS, PASS_USE } from "../../lib/contract.ts";
import { OBJECT_TYPES } from "../../lib/domain/hubspot-object.ts";
import { PRICES } from "../bench/prices.ts";
import type { CountedUnits } from "./count-units.ts";

/** How large a portal is and how much happens in it. */
export interface Portal {
  readonly name: string;
  readonly objects: number;
  /** Webhook deliveries in a month. */
  readonly deliveries: number;
  /** Calls to HubSpot that the account allows in ten seconds. */
  readonly callsPerTenSeconds: number;
}

/** US dollars a month, by service. */
export type MonthlyCost = Readonly<Record<string, number>>;

export const PORTALS: readonly Portal[] = [
  { name: "small", objects: 3_000, deliveries: 3_000, callsPerTenSeconds: 100 },
  { name: "middle", objects: 50_000, deliveries: 60_000, callsPerTenSeconds: 190 },
  { name: "large", objects: 1_000_000, deliveries: 1_500_000, callsPerTenSeconds: 190 },
];

/** What cannot be counted on a developer's machine. */
export const ASSUMED = {
  nightsPerMonth: 30,
  hoursPerMonth: 720,
  /** HubSpot's answer, which a function mostly waits for. */
  secondsPerHubSpotCall: 0.3,
  /** Everything else that an invocation takes. */
  secondsPerInvocation: 0.1,
  memoryGb: { receiver: 0.5, worker: 1, pass: 1 },
  /**
   * Lambda's pollers ask an empty queue every twenty seconds, five of them.
   * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
   */
  emptyReceivesPerMonth: 2 * 5 * 3 * 60 * 24 * 30,
  /** Lambda's own lines around an invocation, and API Gateway's access log. */
  platformLogBytes: 1_200,
  requestBytesToHubSpot: 2_000,
  logRetentionMonths: 3,
} as const;

const GB = 1024 ** 3;
const DASHBOARDS = 1;
const SECRETS = 2;

/** What a portal costs in a month, from counted units. `alarmMetrics`: metrics that the stack's alarms read. */
export function computeMonthlyCost(counted: CountedUnits, portal: Portal, alarmMetrics: number): MonthlyCost {
  const { editing, quietPass, edits, objects, storedBytes } = counted;
  const nights = ASSUMED.nightsPerMonth;
  const size = portal.objects / objects;
  // The pass lists a hundred at once: a small portal's count is rounded up, a large one's is not.
  const passCalls = Math.max(quietPass.hubspotCalls, (portal.objects / 100) * 1.01);
  const invocations = 2 * portal.deliveries + nights;
  const calls = (portal.deliveries / edits) * editing.hubspotCalls + nights * passCalls;
  const logGb =
    ((portal.deliveries / edits) * editing.logBytes +
      nights * quietPass.logBytes +
      invocations * ASSUMED.platformLogBytes) /
    GB;
  const storedGb = (size * storedBytes) / GB;
  const units = (kind: "readUnits" | "writeUnits"): number =>
    (portal.deliveries / edits) * editing[kind] + nights * size * quietPass[kind];
  return {
    Lambda: costOfLambda(counted, portal, passCalls),
    "API Gateway": portal.deliveries * PRICES.httpApiRequest,
    SQS: (3 * portal.deliveries + ASSUMED.emptyReceivesPerMonth) * PRICES.sqsRequest,
    "DynamoDB requests": units("readUnits") * PRICES.dynamoDbReadUnit + units("writeUnits") * PRICES.dynamoDbWriteUnit,
    "DynamoDB storage, recovery": storedGb * (PRICES.dynamoDbStorageGbMonth + PRICES.dynamoDbRecoveryGbMonth),
    "CloudWatch logs": logGb * (PRICES.logIngestedGb + ASSUMED.logRetentionMonths * PRICES.logStoredGbMonth),
    "CloudWatch metrics": countMetricMonths() * PRICES.customMetricMonth,
    "CloudWatch alarms, dashboard": alarmMetrics * PRICES.alarmMetricMonth + DASHBOARDS * PRICES.dashboardMonth,
    "Secrets Manager": SECRETS * PRICES.secretMonth,
    // An upper bound: Lambda records one invocation a second, and a twentieth of the others.
    "X-Ray": invocations * PRICES.trace,
    "Traffic to HubSpot": ((calls * ASSUMED.requestBytesToHubSpot) / GB) * PRICES.trafficOutGb,
  };
}

/** A metric is paid for by the hour in which it has a value: those of a pass for one hour a night. */
function countMetricMonths(): number {
  const { namespace: _namespace, ...metrics } = METRICS;
  const ofPass = (PASS_COUNTS.length + PASS_USE.length) * OBJECT_TYPES.length + Object.keys(PASS_METRICS).length;
  return Object.keys(metrics).length + (ofPass * ASSUMED.nightsPerMonth) / ASSUMED.hoursPerMonth;
}

function costOfLambda({ editing, edits }: CountedUnits, portal: Portal, passCalls: number): number {
  const { memoryGb, secondsPerInvocation, secondsPerHubSpotCall, nightsPerMonth } = ASSUMED;
  const workerSeconds = secondsPerInvocation + (editing.hubspotCalls / edits) * secondsPerHubSpotCall;
  // A pass is as long as HubSpot's limit makes it; it takes nine tenths of it.
  const passSeconds = secondsPerInvocation + passCalls / ((0.9 * portal.callsPerTenSeconds) / 10);
  const gbSeconds =
    portal.deliveries * (memoryGb.receiver * secondsPerInvocation + memoryGb.worker * workerSeconds) +
    nightsPerMonth * memoryGb.pass * passSeconds;
  return gbSeconds * PRICES.lambdaGbSecond + (2 * portal.deliveries + nightsPerMonth) * PRICES.lambdaRequest;
}

export function sumCost(cost: MonthlyCost): number {
  return Object.values(cost).reduce((sum, dollars) => sum + dollars, 0);
}
