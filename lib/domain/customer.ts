import { mustAdvanceFence } from "./decision.ts";
import { isAttachWanted } from "./attach-request.ts";
import { diffFields } from "./field-changes.ts";
import { isExcluded } from "./exclusion.ts";
import { mapCompany } from "./field-mapping.ts";
import { fenceOf } from "./fence.ts";
import { isMissedTooSoon, isRevivedTooSoon, isSoonAfter, suspectObject } from "./suspicion.ts";
import { isOutdated, keep, keepOutdated, settleDraft } from "./verdict.ts";
import type { Adoption } from "./merge.ts";
import type { Decision, DecisionContext, Judgement, Suspicion, Verdict } from "./decision.ts";
import type { Company, Observation } from "./hubspot-object.ts";
import type { Customer } from "./record.ts";

/** What a decision about one customer rests on. */
export interface CustomerCase {
  readonly companyId: string;
  readonly observed: Observation<Company>;
  /** What is stored, or what a merge hands over (then with revision 0 if nothing is stored under this id). */
  readonly stored: Customer | undefined;
  /** What a merge changes besides. */
  readonly adoption?: Pick<Adoption<Customer>, "absorbedIds" | "changes">;
  readonly context: DecisionContext;
}

/** Decides what becomes of a company's customer. Pure: every path that writes customers comes through here. */
export function decideCustomer(input: CustomerCase): Decision<Customer> {
  const { observed, stored, context } = input;
  const fence = fenceOf(observed, stored);
  const isAttaching = context.hint.at.attach !== undefined;
  if (stored?.state === "detached" && !isAttachWanted(stored, context.hint)) return keepDetached(input, stored);
  if (stored?.state === "merged" && !isAttaching && observed.kind !== "absorbed") return keep();
  const again = suspectObject(observed, context.hint);
  if (isOutdated(stored, fence)) return again === undefined ? keepOutdated(context, input.adoption) : keep(again);
  switch (observed.kind) {
    case "missing":
    case "archived":
      if (again !== undefined || (observed.kind === "missing" && !isHere(stored))) return keep(again);
      if (stored !== undefined && isMissedTooSoon(stored, observed, context)) return keep("seenJustBefore");
      return settle(input, { fence, verdict: observed.kind === "missing" ? gone : deleted });
    case "absorbed":
      // Its survivor has taken nothing over from it; who attaches it to the survivor moves its data as well.
      if (stored?.state === "detached") return keep();
      return settle(input, {
        fence,
        verdict: { state: "merged", reason: { code: "absorbedBy", survivorId: observed.survivorId } },
      });
    case "live":
      if (again === "stillThere") return keep(again);
      if (stored !== undefined && isRevivedTooSoon(stored, observed.readAtMs, context))
        return keep("seenAfterDeletion");
      return settle(input, {
        fence,
        verdict: judgeLiveCompany(observed.object, context),
        again: again ?? suspectEarly(input),
      });
  }
}

/**
 * A restored company has its deals back, and the survivor of a merge has values of what it absorbed, the exclusion perhaps.
 * Who reads too soon does not find them yet.
 */
function suspectEarly({ observed, context }: CustomerCase): Suspicion | undefined {
  return isSoonAfter(observed, context.hint) ? "perhapsOlder" : undefined;
}

/**
 * Nothing of a detached customer changes; but its projects are still HubSpot's: with their company they lose, or find again,
 * whom they belong to, and with it they are excluded and released.
 */
function keepDetached(input: CustomerCase, stored: Customer): Decision<Customer> {
  const { observed, context } = input;
  const { deleted, restored } = context.hint.at;
  const isToldOfLife = deleted !== undefined || restored !== undefined;
  if (!isToldOfLife && observed.kind !== "live") return keep();
  const doubt = suspectObject(observed, context.hint);
  if (doubt !== undefined) return keep(doubt);
  const again = suspectEarly(input);
  const { isExcludedInHubSpot: wasExcluded, ...rest } = stored;
  const seen = seeExclusion(input, stored);
  const isTurned = isToldOfLife || seen.isExcludedInHubSpot !== wasExcluded;
  const isDue = stored.isFollowUpDue || isTurned;
  if (seen.fence === stored.fence && isDue === stored.isFollowUpDue) return keep(again);
  const record = { ...rest, ...seen, isFollowUpDue: isDue, revision: stored.revision + 1 };
  return { kind: "write", record, isTouch: true, ...(again && { again }) };
}

/** Whether HubSpot excludes the company of a detached customer, by the newest read; the fence moves on if it must. */
function seeExclusion(
  { observed, context }: CustomerCase,
  stored: Customer,
): Pick<Customer, "fence" | "isExcludedInHubSpot"> {
  const known = { fence: stored.fence, ...(stored.isExcludedInHubSpot && { isExcludedInHubSpot: true as const }) };
  const fence = fenceOf(observed, stored);
  if (observed.kind !== "live" || isOutdated(stored, fence)) return known;
  const isNow = isExcluded(observed.object, context.settings.exclusion);
  const isNews = isNow !== (stored.isExcludedInHubSpot === true);
  if (!isNews && !mustAdvanceFence(stored, fence, context)) return known;
  return { fence, ...(isNow && { isExcludedInHubSpot: true as const }) };
}

const gone: Verdict = { state: "deleted", reason: { code: "goneFromHubSpot" } };
const deleted: Verdict = { state: "deleted", reason: { code: "deletedInHubSpot" } };

/** State of a live company by the rules alone. */
export function judgeLiveCompany(company: Company, context: Pick<DecisionContext, "settings">): Verdict {
  const { exclusion } = context.settings;
  if (!isExcluded(company, exclusion)) return { state: "linked" };
  const value = company.exclusion.trim();
  return { state: "excluded", reason: { code: "excludedByProperty", property: exclusion.property, value } };
}

/** The customer held back because its default number belongs to another; it has no data until the number is free. */
export function holdCustomer(
  input: CustomerCase,
  holder: { readonly number: string; readonly holderId: string; readonly holderName: string },
): Decision<Customer> {
  const fence = fenceOf(input.observed, input.stored);
  return settle(input, { fence, verdict: { state: "failing", reason: { code: "numberTaken", ...holder } } });
}

function isHere(stored: Customer | undefined): boolean {
  return stored !== undefined && stored.revision > 0;
}

function settle(input: CustomerCase, { fence, verdict, again }: Judgement): Decision<Customer> {
  const { companyId, observed, stored, context } = input;
  const isLed = verdict.state === "linked" && observed.kind === "live";
  const isPointer = verdict.state === "merged";
  const fields = isLed ? mapCompany(observed.object) : isPointer ? undefined : stored?.fields;
  const customerNumber = isPointer ? undefined : (stored?.customerNumber ?? (isLed ? companyId : undefined));
  const isFollowUpDue = (stored?.isFollowUpDue ?? false) || isTurn(input, verdict);
  const changes = [
    ...(input.adoption?.changes ?? []),
    ...diffFields(stored?.fields, fields, false),
    ...diffFields({ customerNumber: stored?.customerNumber }, { customerNumber }, false),
  ];
  return settleDraft(
    {
      stored,
      fence,
      context,
      verdict,
      fields: changes,
      again,
      isDue: isFollowUpDue && stored?.isFollowUpDue !== true,
    },
    (bookkeeping): Customer => ({
      type: "customer",
      companyId,
      state: verdict.state,
      ...(verdict.reason && { reason: verdict.reason }),
      ...(customerNumber !== undefined && { customerNumber }),
      ...(fields !== undefined && { fields }),
      absorbedIds: input.adoption?.absorbedIds ?? stored?.absorbedIds ?? [],
      isFollowUpDue,
      ...bookkeeping,
    }),
  );
}

/**
 * Whether contact persons and projects must be decided anew. On its first sight a company has none yet; but a restored one
 * has its associations back without an event of theirs, also where nobody has heard of its deletion.
 */
function isTurn({ stored, observed, adoption, context }: CustomerCase, verdict: Verdict): boolean {
  const isHeir = adoption !== undefined && adoption.changes.length > 0;
  if (isHeir || (observed.kind === "live" && context.hint.at.restored !== undefined)) return true;
  if (stored === undefined) return observed.kind === "live" && observed.object.mergedIds.length > 0;
  return stored.state !== verdict.state || context.hint.at.attach !== undefined;
}
