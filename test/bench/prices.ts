/**
 * What one unit costs, in US dollars: AWS's list prices in eu-central-1 (Frankfurt), first tier, without free tiers,
 * discounts and taxes. The one place that names prices; the cost table and the benchmarks read them here.
 *
 * The first group is what AWS's public price list of the region (pricing.us-east-1.amazonaws.com/offers/v1.0/aws/…) said on
 * the date below, as others recorded it. The second group carries no day: it is what the services' pricing pages and
 * published estimates for the region say. Before you rely on a figure, look it up; a change is made here alone.
 */
export const PRICES = {
  date: "2026-09-11",
  region: "eu-central-1",
  lambdaRequest: 0.2e-6,
  /** On arm64. */
  lambdaGbSecond: 0.0000133334,
  /** Standard queue; each started 64 KB counts. */
  sqsRequest: 0.4e-6,
  /** On demand. */
  dynamoDbWriteUnit: 0.7625e-6,
  dynamoDbReadUnit: 0.1525e-6,
  dynamoDbStorageGbMonth: 0.306,
  /** Point-in-time recovery, of the table's and its indexes' size. */
  dynamoDbRecoveryGbMonth: 0.2448,
  logIngestedGb: 0.63,
  logStoredGbMonth: 0.0324,
  logScannedGb: 0.0063,
  /** Per metric that the alarm reads. */
  alarmMetricMonth: 0.1,

  /** Of up to 512 KB. */
  httpApiRequest: 1.2e-6,
  /** For a month in which it is written every hour; prorated by the hour. */
  customMetricMonth: 0.3,
  dashboardMonth: 3,
  secretMonth: 0.4,
  secretRequest: 5e-6,
  /** Recorded trace. */
  trace: 5e-6,
  kmsRequest: 3e-6,
  schedulerInvocation: 1e-6,
  email: 20e-6,
  /** Out to the internet: what we send to HubSpot. */
  trafficOutGb: 0.09,
} as const;
