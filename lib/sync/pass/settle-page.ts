import { addNumber } from "../../domain/number-sums.ts";
import { isActive } from "../../domain/loss.ts";
import { describeArrival } from "../../domain/pass-finding.ts";
import { isOutage, NonRetryableError, RetryableError } from "../errors.ts";
import { markFailing } from "../mark-failing.ts";
import { Counter, countRepairs } from "./counter.ts";
import { encodeDeferred, isPutOff } from "./deferred-object.ts";
import { MOST_PREVIEWED } from "./pass-types.ts";
import { describeRepairs } from "./preview-entries.ts";
import { encodeTurn } from "./trial-turn.ts";
import type { ObjectType } from "../../domain/hubspot-object.ts";
import type { CompareContext } from "../../domain/pass-finding.ts";
import type { Customer, SyncRecord } from "../../domain/record.ts";
import type { OutcomesByType } from "../apply-sightings.ts";
import type { Outcome, Outcomes } from "../run.ts";
import type { ComparedObject } from "./compared-object.ts";
import type { PassSession } from "./pass-session.ts";

/** A page whose repairs are done. */
export interface SettledPage {
  /** Adds what the page showed to the pass, in one synchronous step. */
  readonly commit: () => void;
}

interface PageToSettle {
  readonly type: ObjectType;
  readonly compared: readonly ComparedObject[];
  readonly context: CompareContext;
  /** Applies the suspects of the page. */
  readonly apply: () => Promise<OutcomesByType>;
}

/** Repairs the suspects of a page, unless the pass only tries, and sums up. */
export async function settlePage(
  session: PassSession,
  { type, compared, context, apply }: PageToSettle,
): Promise<SettledPage> {
  const { isDryRun } = session.pass;
  const hasSuspects = compared.some(({ finding }) => finding.kind === "suspect");
  const applied = hasSuspects && !isDryRun ? await apply() : undefined;
  const outcomes = applied?.[type] ?? new Map<string, Outcome>();
  const pulledIn = applied === undefined || type === "company" ? [] : await readPulledIn(session, applied.company);
  for (const { id, finding } of compared)
    if (finding.kind === "suspect" && !isDryRun) await settleFailure(session, { type, id }, outcomes.get(id));
  return {
    commit: () => {
      const counts = new Counter();
      for (const object of compared) countObject(counts, object, { isDryRun, outcome: outcomes.get(object.id) });
      session.add(type, counts.sums);
      session.add("company", countPulledIn(pulledIn, context));
      if (isDryRun) rememberTrial(session, type, compared);
      else session.defer(compared.flatMap((object) => encodeDeferred(type, object, outcomes.get(object.id))));
      sumNumbers(session, compared);
    },
  };
}

/** Companies that contacts or deals of the page needed and that are here now; when their own page comes, they are right. */
async function readPulledIn({ run }: PassSession, outcomes: Outcomes): Promise<readonly Customer[]> {
  const ids = [...outcomes].flatMap(([id, outcome]) => (outcome.kind === "done" && outcome.writes > 0 ? [id] : []));
  return ids.length === 0 ? [] : [...(await run.store.readCustomers(ids)).values()];
}

function countPulledIn(pulledIn: readonly Customer[], context: CompareContext): Readonly<Record<string, number>> {
  const counts = new Counter();
  countRepairs(
    counts,
    pulledIn.map((customer) => describeArrival(customer, context)),
  );
  return counts.sums;
}

/**
 * Puts the reason on the records of an object that failed. What may succeed the next time is no reason: the whole page or
 * batch is tried again then.
 *
 * @throws RetryableError, NonRetryableError when it is not the object's fault
 */
export async function settleFailure(
  { run }: PassSession,
  { type, id }: { readonly type: ObjectType; readonly id: string },
  outcome: Outcome | undefined,
): Promise<void> {
  if (outcome?.kind !== "failed") return;
  if (isOutage(outcome.error) || outcome.error instanceof RetryableError) throw outcome.error;
  const isOurs = outcome.error instanceof NonRetryableError;
  // Other errors' messages may quote personal data.
  const why = isOurs ? outcome.error.message : "unexpected failure, see the log";
  run.telemetry.warn("object failed in the pass", { type, id, error: outcome.error });
  await markFailing(run, { type, id, at: {}, looks: 0, failures: 0 }, why);
}

function countObject(
  counts: Counter,
  { isListed, stored, finding }: ComparedObject,
  { isDryRun, outcome }: { readonly isDryRun: boolean; readonly outcome: Outcome | undefined },
): void {
  if (isListed) counts.add("read");
  counts.add("active", stored.filter(isActive).length);
  if (finding.kind !== "settled" && isPutOff(finding, outcome)) {
    counts.add("deferred");
    counts.add("harmed", finding.repairs.filter(({ isHarm }) => isHarm).length);
    if (isDryRun) countRepairs(counts, finding.repairs);
    return;
  }
  const isHeld = outcome?.kind === "failed" || (outcome?.kind === "done" && outcome.isHeld === true);
  const isRepaired = isDryRun || (outcome?.kind === "done" && outcome.writes > 0 && !isHeld);
  if (finding.kind === "suspect" && isRepaired) countRepairs(counts, finding.repairs);
  else if (isHeld || stored.some(({ state }) => state === "failing")) counts.add("failing");
  else if (isListed) counts.add(stored.some(isActive) ? "unchanged" : "skipped");
}

/** A trial goes on as if its repairs were made. */
function rememberTrial(session: PassSession, type: ObjectType, compared: readonly ComparedObject[]): void {
  const repairs = compared.flatMap(({ finding }) => (finding.kind === "settled" ? [] : finding.repairs));
  session.defer(repairs.flatMap(({ next }) => (next.type === "customer" ? [encodeTurn(next)] : [])));
  if (session.state.preview === undefined) return;
  const entries = describeRepairs(repairs);
  session.add(type, { released: entries.filter(({ effect }) => effect === "released").length });
  session.update({ listed: [...session.state.listed, ...entries].slice(0, MOST_PREVIEWED) });
}

/** Adds the numbers that these objects hold now, to be compared with the reservations. */
function sumNumbers({ state }: PassSession, compared: readonly ComparedObject[]): void {
  for (const { stored, finding } of compared) {
    const record: SyncRecord | undefined =
      finding.kind === "suspect" ? (finding.repairs[0]?.next ?? stored[0]) : stored[0];
    if (record?.type === "customer" && record.customerNumber !== undefined)
      addNumber(state.numbers.customerNumber, { number: record.customerNumber, holderId: record.companyId });
    if (record?.type === "project" && record.shortForm !== undefined)
      addNumber(state.numbers.shortForm, { number: record.shortForm, holderId: record.dealId });
  }
}
