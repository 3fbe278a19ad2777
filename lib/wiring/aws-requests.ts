/**
 * How long a function waits for AWS. The SDK itself waits for ever: one connection that fell silent would cost a worker all
 * of its time, and its batch the time until SQS shows it again. Silence of this length is an attempt that failed, and the
 * SDK makes the next one over another connection.
 *
 * `requestTimeout` would not do: it only warns.
 */
export const AWS_REQUESTS = { requestHandler: { connectionTimeout: 1_000, socketTimeout: 3_000 } } as const;

/** The same where HubSpot waits for the answer: all attempts fit into the four seconds that receive-webhook has. */
export const DOOR_REQUESTS = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, socketTimeout: 1_200 },
} as const;
