import type { Answer } from "./api-answer.ts";

/** Fact: three 429 bodies exist; only two name a policy, and the daily one means "not before midnight". */
const BODIES = {
  tenSecondly: {
    status: "error",
    message: "You have reached your ten_secondly_rolling limit.",
    errorType: "RATE_LIMIT",
    policyName: "TEN_SECONDLY_ROLLING",
  },
  daily: {
    status: "error",
    message: "You have reached your daily limit.",
    errorType: "RATE_LIMIT",
    policyName: "DAILY",
  },
  bare429: { status: "error", message: "You have reached your secondly limit.", category: "RATE_LIMITS" },
} as const;

export function rateLimited(kind: keyof typeof BODIES, retryAfterSeconds?: number): Answer {
  const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  return { status: 429, headers, body: BODIES[kind] };
}
