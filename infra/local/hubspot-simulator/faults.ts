import * as z from "zod";
import { fail, missingScopes, type Answer } from "./api-answer.ts";
import { READ_SCOPES, type Behaviour, type CallKind, type FaultKind, type FaultRule } from "./behaviour.ts";
import { rateLimited } from "./rate-limit-answer.ts";
import type { Random } from "./seeded-random.ts";

/** The first rule that hits this call; its `times` counts down. */
export function pickFault(behaviour: Behaviour, kind: CallKind, random: Random): FaultRule | undefined {
  for (const rule of behaviour.faults) {
    if (rule.calls !== undefined && !rule.calls.includes(kind)) continue;
    if (rule.times === 0) continue;
    if (rule.share !== undefined && random() >= rule.share) continue;
    if (rule.times !== undefined) rule.times -= 1;
    return rule;
  }
  return undefined;
}

/** Faults that replace the work. */
const INSTEAD: Readonly<Partial<Record<FaultKind, (rule: FaultRule) => Answer>>> = {
  tenSecondly: (rule) => rateLimited("tenSecondly", rule.retryAfterSeconds),
  daily: (rule) => rateLimited("daily", rule.retryAfterSeconds),
  bare429: (rule) => rateLimited("bare429", rule.retryAfterSeconds),
  unauthorized: () => fail(401, "INVALID_AUTHENTICATION", "Authentication credentials not found."),
  forbidden: () => missingScopes(READ_SCOPES),
  locked: (rule) => withRetryAfter(fail(423, "LOCKED", "The record is locked by another operation."), rule),
  // Fact: an account being moved between data centres answers 477 and says how many seconds that takes.
  migrating: (rule) => withRetryAfter(fail(477, "MIGRATION_IN_PROGRESS", "The account is being migrated."), rule, 3600),
  internalError: () => fail(500, "INTERNAL_ERROR", "There was a problem with the request."),
  // Fact: a gateway's bodies are HTML.
  badGateway: () => ({ status: 502, body: "<html><head><title>502 Bad Gateway</title></head><body></body></html>" }),
  unavailable: (rule) => withRetryAfter(fail(503, "SERVICE_UNAVAILABLE", "Temporarily unavailable."), rule),
};

/** The answer of a fault that replaces the work, or `undefined` when the work is done. */
export function answerInstead(rule: FaultRule): Answer | undefined {
  return INSTEAD[rule.fault]?.(rule);
}

const listing = z.looseObject({ results: z.array(z.unknown()) });
const batch = z.looseObject({
  results: z.array(z.looseObject({ id: z.string().optional(), from: z.looseObject({ id: z.string() }).optional() })),
  errors: z.array(z.unknown()).optional(),
});

/** Faults that change an answer after the work was done. */
const SPOIL: Readonly<Partial<Record<FaultKind, (answer: Answer) => Answer>>> = {
  partial: spoilBatch,
  emptyList: (answer) => spoilList(answer, (body) => ({ ...body, results: [], paging: undefined })),
  endEarly: (answer) => spoilList(answer, (body) => ({ ...body, paging: undefined })),
  disorder: (answer) => spoilList(answer, (body) => ({ ...body, results: body.results.toReversed() })),
  wrongPortal: (answer) => spoilObject(answer, { portalId: 1, hubId: 1 }),
};

/** Changes an answer after the work was done. */
export function spoilAnswer(rule: FaultRule, answer: Answer): Answer {
  return SPOIL[rule.fault]?.(answer) ?? answer;
}

/** Every second result becomes an error entry that says nothing about the object. */
function spoilBatch(answer: Answer): Answer {
  const parsed = batch.safeParse(answer.body);
  if (!parsed.success) return answer;
  const lost = parsed.data.results.filter((_, index) => index % 2 === 0);
  const results = parsed.data.results.filter((_, index) => index % 2 === 1);
  const ids = lost.flatMap((result) => result.from?.id ?? result.id ?? []);
  const entry = {
    status: "error",
    category: "INTERNAL_ERROR",
    message: "Some inputs could not be processed.",
    context: { ids },
  };
  const errors = [...(parsed.data.errors ?? []), entry];
  return { ...answer, status: 207, body: { ...parsed.data, results, numErrors: errors.length, errors } };
}

function spoilList(answer: Answer, spoil: (body: z.infer<typeof listing>) => unknown): Answer {
  const parsed = listing.safeParse(answer.body);
  return parsed.success ? { ...answer, body: spoil(parsed.data) } : answer;
}

function spoilObject(answer: Answer, fields: Readonly<Record<string, number>>): Answer {
  const parsed = z.looseObject({}).safeParse(answer.body);
  if (!parsed.success) return answer;
  const known = Object.entries(fields).filter(([field]) => field in parsed.data);
  return { ...answer, body: { ...parsed.data, ...Object.fromEntries(known) } };
}

function withRetryAfter(answer: Answer, rule: FaultRule, otherwiseSeconds?: number): Answer {
  const seconds = rule.retryAfterSeconds ?? otherwiseSeconds;
  return seconds === undefined ? answer : { ...answer, headers: { "retry-after": String(seconds) } };
}
