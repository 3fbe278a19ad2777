import { decideContactPerson } from "./contact-person.ts";
import { decideCustomer } from "./customer.ts";
import { NO_HINT } from "./decision.ts";
import { isActive, isHarmful, isInactive, isLoss } from "./loss.ts";
import { decideProject, findPrimaryCompanyId } from "./project.ts";
import { classifyRepair } from "./repair-cause.ts";
import type { Decision } from "./decision.ts";
import type { Company, CompanyLink, Contact, Deal, Observation } from "./hubspot-object.ts";
import type { ContactPerson, ContactTombstone, Customer, Project, SyncRecord } from "./record.ts";
import type { RepairCause } from "./repair-cause.ts";
import type { Settings } from "./settings.ts";

/** What comparing rests on, besides the two sides. */
export interface CompareContext {
  readonly settings: Settings;
  readonly nowMs: number;
  /** Our clock before the page was read. */
  readonly readAtMs: number;
  readonly isFirstImport: boolean;
  readonly areSettingsChanged: boolean;
}

/**
 * What a repair does to a record. `noted`: only an entry that tells why the object is not transferred. `touched`: the
 * record is right, its fence moves on.
 */
export type RepairEffect = "created" | "updated" | "frozen" | "deactivated" | "noted" | "touched";

/** One record that is not as it should be. */
export interface Repair {
  readonly stored: SyncRecord | undefined;
  readonly next: SyncRecord;
  readonly effect: RepairEffect;
  readonly cause: RepairCause;
  /** Whether it takes something away, be it only an entry's company; then a read of its own must confirm it. */
  readonly isLoss: boolean;
  /** Whether the brake counts it. */
  readonly isHarm: boolean;
}

/**
 * What comparing an object with its records showed.
 *
 * - `settled`: nothing to do.
 * - `suspect`: to be applied now.
 * - `deferred`: it would take something away, so it waits until all is listed, and is read again.
 */
export type Finding =
  | { readonly kind: "settled" }
  | { readonly kind: "suspect"; readonly repairs: readonly Repair[] }
  | { readonly kind: "deferred"; readonly repairs: readonly Repair[] };

const SETTLED: Finding = { kind: "settled" };

/** States that HubSpot's silence does not change. */
const AT_REST: ReadonlySet<string> = new Set(["deleted", "merged", "erased", "detached"]);

/** A company as it was listed, against its customer. */
export function compareCustomer(
  pair: { readonly id: string; readonly listed?: Company | undefined; readonly stored?: Customer | undefined },
  context: CompareContext,
): Finding {
  const { id, stored } = pair;
  if (pair.listed === undefined && isLeftAlone(stored) && stored?.isFollowUpDue !== true) return SETTLED;
  const observed = observe(pair.listed, context);
  const decision = decideCustomer({ companyId: id, observed, stored, context: decisionContext(context) });
  const repair = describeRepair(
    decision,
    { stored, updatedAtMs: pair.listed?.updatedAtMs, isKnown: stored !== undefined },
    context,
  );
  return conclude(repair === undefined ? [] : [repair], {
    isListed: pair.listed !== undefined,
    isSuspectAnyway: stored?.state === "failing" || stored?.isFollowUpDue === true,
  });
}

/** A contact as it was listed, against its contact persons. */
export function compareContact(
  pair: {
    readonly id: string;
    readonly listed?: { readonly object: Contact; readonly links: readonly CompanyLink[] } | undefined;
    readonly stored?:
      | { readonly persons: readonly ContactPerson[]; readonly tombstone?: ContactTombstone | undefined }
      | undefined;
    readonly customerOf: (companyId: string) => Customer | undefined;
  },
  context: CompareContext,
): Finding {
  const { id, listed } = pair;
  const persons = pair.stored?.persons ?? [];
  const isSuspectAnyway = persons.some(({ state }) => state === "failing") || mayBeErased(pair.stored);
  if (listed === undefined && persons.every(isLeftAlone) && !isSuspectAnyway) return SETTLED;
  const links = listed?.links ?? [];
  const companyIds = new Set([...links, ...persons].map(({ companyId }) => companyId));
  const observed = observe(listed?.object, context);
  const repairs = [...companyIds].flatMap((companyId) => {
    const stored = persons.find((person) => person.companyId === companyId);
    if (listed === undefined && isLeftAlone(stored)) return [];
    const decision = decideContactPerson({
      contactId: id,
      companyId,
      observed,
      links,
      stored,
      tombstone: pair.stored?.tombstone,
      customer: pair.customerOf(companyId),
      context: decisionContext(context),
    });
    const updatedAtMs = listed?.object.updatedAtMs;
    return describeRepair(decision, { stored, updatedAtMs, isKnown: persons.length > 0 }, context) ?? [];
  });
  return conclude(repairs, { isListed: listed !== undefined, isSuspectAnyway });
}

/** What a detached customer kept of a merged contact goes when the survivor is erased, which may never have been here. */
function mayBeErased(
  stored: { readonly persons: readonly ContactPerson[]; readonly tombstone?: ContactTombstone | undefined } | undefined,
): boolean {
  const isKept = stored?.persons.some(({ state, fields }) => state === "detached" && fields !== undefined) === true;
  return isKept && stored?.tombstone?.state === "merged";
}

/** A deal as it was listed, against its project. */
export function compareProject(
  pair: {
    readonly id: string;
    readonly listed?: { readonly object: Deal; readonly links: readonly CompanyLink[] } | undefined;
    readonly stored?: Project | undefined;
    readonly customerOf: (companyId: string) => Customer | undefined;
  },
  context: CompareContext,
): Finding {
  const { id, listed, stored } = pair;
  if (listed === undefined && isLeftAlone(stored)) return SETTLED;
  const links = listed?.links ?? [];
  const primaryId = findPrimaryCompanyId(links);
  const decision = decideProject({
    dealId: id,
    observed: observe(listed?.object, context),
    links,
    stored,
    customer: primaryId === undefined ? undefined : pair.customerOf(primaryId),
    context: decisionContext(context),
  });
  const repair = describeRepair(
    decision,
    { stored, updatedAtMs: listed?.object.updatedAtMs, isKnown: stored !== undefined },
    context,
  );
  return conclude(repair === undefined ? [] : [repair], {
    isListed: listed !== undefined,
    isSuspectAnyway: stored?.state === "failing",
  });
}

function isLeftAlone(stored: SyncRecord | undefined): boolean {
  if (stored?.type === "contactPerson" && lastSeenLive(stored)) return false;
  return stored === undefined || AT_REST.has(stored.state);
}

/** Inactive at its company alone: that its contact is listed no longer, perhaps merged away or erased, is news. */
function lastSeenLive({ state, reason }: ContactPerson): boolean {
  return state === "deleted" && (reason?.code === "notAssociated" || reason?.code === "customerDeleted");
}

function observe<T>(object: T | undefined, { readAtMs }: CompareContext): Observation<T> {
  return object === undefined ? { kind: "missing", readAtMs } : { kind: "live", readAtMs, object };
}

function decisionContext({ settings, nowMs }: CompareContext) {
  return { settings, nowMs, hint: NO_HINT, cause: "pass", isComparison: true } as const;
}

function conclude(
  repairs: readonly Repair[],
  pair: { readonly isListed: boolean; readonly isSuspectAnyway: boolean },
): Finding {
  if (repairs.length === 0 && !pair.isSuspectAnyway) return SETTLED;
  const isDeferred = !pair.isListed || repairs.some((repair) => repair.isLoss);
  return { kind: isDeferred ? "deferred" : "suspect", repairs };
}

function describeRepair<R extends SyncRecord>(
  decision: Decision<R>,
  pair: { readonly stored: R | undefined; readonly updatedAtMs: number | undefined; readonly isKnown: boolean },
  context: CompareContext,
): Repair | undefined {
  if (decision.kind === "keep") return undefined;
  const { stored } = pair;
  const next = decision.record;
  const effect = decision.isTouch ? "touched" : nameEffect(stored, next);
  return {
    stored,
    next,
    effect,
    cause: classifyRepair({ ...context, ...pair, next }),
    isLoss: isLoss(stored, next),
    isHarm: isHarmful(stored, next),
  };
}

/** What it was to bring a record here of which nothing was stored, for reports. */
export function describeArrival(next: SyncRecord, context: CompareContext): Pick<Repair, "effect" | "cause"> {
  const { sourceUpdatedAtMs: updatedAtMs } = next.fence;
  const cause = classifyRepair({ ...context, stored: undefined, isKnown: false, next, updatedAtMs });
  return { effect: nameEffect(undefined, next), cause };
}

function nameEffect(stored: SyncRecord | undefined, next: SyncRecord): RepairEffect {
  if (next.fields === undefined) return isActive(stored) ? "deactivated" : "noted";
  if (stored?.fields === undefined) return "created";
  if (stored.state === next.state) return "updated";
  if (isInactive(next)) return "deactivated";
  return next.state === "linked" ? "updated" : "frozen";
}
