import { isAttachWanted } from "./attach-request.ts";
import { diffFields } from "./field-changes.ts";
import { mapDeal } from "./field-mapping.ts";
import { isKeptOut } from "./exclusion.ts";
import { fenceOf } from "./fence.ts";
import { MAX_LOOKS } from "./decision.ts";
import { isStageSelected } from "./stage-filter.ts";
import {
  associationToldAtMs,
  isMissedTooSoon,
  isRevivedTooSoon,
  isSoonAfter,
  mayPrecede,
  suspectLinks,
  suspectObject,
} from "./suspicion.ts";
import { isOutdated, keep, keepOutdated, settleDraft } from "./verdict.ts";
import type { Adoption } from "./merge.ts";
import type { Decision, DecisionContext, Judgement, Suspicion, Verdict } from "./decision.ts";
import type { CompanyLink, Deal, Observation } from "./hubspot-object.ts";
import type { Customer, Fence, Project, ProjectOwnFields } from "./record.ts";

/** What a decision about one project rests on. */
export interface ProjectCase {
  readonly dealId: string;
  readonly observed: Observation<Deal>;
  readonly links: readonly CompanyLink[];
  /** What is stored, or what a merge hands over (then with revision 0 if nothing is stored under this id). */
  readonly stored: Project | undefined;
  /** The stored customer of the primary company, merges followed; undefined if HubSpot does not show it either. */
  readonly customer: Customer | undefined;
  /** What a merge changes besides. */
  readonly adoption?: Pick<Adoption<Project>, "absorbedIds" | "changes">;
  readonly context: DecisionContext;
}

/** What a new project has of ZEP's own fields: nothing yet, and it is not bookable. */
export const NEW_PROJECT_OWN_FIELDS: ProjectOwnFields = { tasks: [], projectEmployees: [], status: "active" };

/** The company that a deal belongs to, chosen by the association's type, never by position. */
export function findPrimaryCompanyId(links: readonly CompanyLink[]): string | undefined {
  return links.find((link) => link.isPrimary)?.companyId;
}

/** Decides what becomes of a deal's project. Pure: every path that writes projects comes through here. */
export function decideProject(input: ProjectCase): Decision<Project> {
  const { observed, stored, context } = input;
  const fence = fenceOf(observed, stored);
  const isAttaching = context.hint.at.attach !== undefined;
  if (stored?.state === "detached" && !isAttachWanted(stored, context.hint)) return keep();
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
      return decideLive(input, fence, again);
  }
}

const gone: Verdict = { state: "deleted", reason: { code: "goneFromHubSpot" } };
const deleted: Verdict = { state: "deleted", reason: { code: "deletedInHubSpot" } };

function isHere(stored: Project | undefined): boolean {
  return stored !== undefined && stored.revision > 0;
}

function decideLive(input: ProjectCase, fence: Fence, again: Suspicion | undefined): Decision<Project> {
  const { observed, links, stored, context, customer } = input;
  if (observed.kind !== "live" || again === "stillThere") return keep(again);
  if (stored !== undefined && isRevivedTooSoon(stored, observed.readAtMs, context)) return keep("seenAfterDeletion");
  if (suspectLinks(links, context.hint).length > 0) return keep("associationOlderThanEvent");
  const move = suspectMove(input);
  if (move === "unexpectedFlip") return keep(move);
  const verdict = judgeLiveDeal(observed.object, { companyId: findPrimaryCompanyId(links), customer }, context);
  const isLacking = isSoonAfter(observed, context.hint) || mayBelongElsewhere(input);
  return settle(input, { fence, verdict, again: again ?? move ?? (isLacking ? "perhapsOlder" : undefined) });
}

/**
 * Whether the deal's company may be another than the read shows: a restored one brings its deals along, and of a deleted
 * one the record of a detached customer shows nothing.
 */
function mayBelongElsewhere({ observed, links, stored, customer, context }: ProjectCase): boolean {
  const { hint } = context;
  const isDetached = customer?.state === "detached";
  const isNew = isDetached && stored?.dependsOnCompanyId !== customer.companyId;
  if (isNew) return hint.looks < MAX_LOOKS;
  return (isDetached || findPrimaryCompanyId(links) === undefined) && isSoonAfter(observed, hint, ["follow"]);
}

/** State of a live deal by the rules alone: first its stage, then its company. */
export function judgeLiveDeal(
  deal: Deal,
  belongs: { readonly companyId: string | undefined; readonly customer: Customer | undefined },
  context: Pick<DecisionContext, "settings">,
): Verdict {
  const { companyId, customer } = belongs;
  if (!isStageSelected(context.settings.dealStages, deal.stageId))
    return { state: "outOfStage", reason: { code: "stageNotSelected", stageId: deal.stageId } };
  if (companyId === undefined) return { state: "waiting", reason: { code: "noCompany" } };
  if (customer !== undefined && isKeptOut(customer))
    return { state: "excluded", reason: { code: "customerExcluded", companyId } };
  if (customer?.state === "deleted") return { state: "waiting", reason: { code: "customerDeleted", companyId } };
  if (customer?.fields === undefined) return { state: "waiting", reason: { code: "customerNotHere", companyId } };
  return { state: "linked" };
}

/** The project held back because its default short form belongs to another; it has no data until that is free. */
export function holdProject(
  input: ProjectCase,
  holder: { readonly number: string; readonly holderId: string; readonly holderName: string },
): Decision<Project> {
  const fence = fenceOf(input.observed, input.stored);
  return settle(input, { fence, verdict: { state: "failing", reason: { code: "numberTaken", ...holder } } });
}

/**
 * Another primary company within the replicas' lag although no event since the stored read spoke of it. Where an earlier
 * event speaks for it, a project gets its company at once, and a later read has the last word.
 */
function suspectMove({
  stored,
  links,
  observed,
  customer,
  context,
}: ProjectCase): "unexpectedFlip" | "perhapsOlder" | undefined {
  const { at, expectsPrimary } = context.hint;
  if (stored === undefined || stored.revision === 0 || stored.state === "deleted" || at.attach !== undefined)
    return undefined;
  const formerId = stored.dependsOnCompanyId;
  const primaryId = findPrimaryCompanyId(links);
  // A merge moves deals along with their company, and fires no event for them.
  const isMovedByMerge = formerId !== undefined && customer?.absorbedIds.includes(formerId) === true;
  // An admin may have attached the customer to another company than the one that HubSpot names.
  const isMovedByHand = formerId !== undefined && customer?.companyId === formerId;
  if (formerId === primaryId || isMovedByMerge || isMovedByHand) return undefined;
  const toldAtMs = Math.max(expectsPrimary?.atMs ?? 0, associationToldAtMs(context.hint, [formerId, primaryId]) ?? 0);
  if (!mayPrecede(stored, { readAtMs: observed.readAtMs, toldAtMs }, context)) return undefined;
  const isNamed = expectsPrimary?.isPrimary === true && expectsPrimary.companyId === primaryId;
  return at.association !== undefined && (isNamed || formerId === undefined) ? "perhapsOlder" : "unexpectedFlip";
}

function settle(input: ProjectCase, { fence, verdict, again }: Judgement): Decision<Project> {
  const { dealId, stored, context } = input;
  const next = nextContent(input, verdict);
  const before = { shortForm: stored?.shortForm, dependsOn: stored?.dependsOnCompanyId };
  const after = { shortForm: next.shortForm, dependsOn: next.dependsOnCompanyId };
  const fields = [
    ...(input.adoption?.changes ?? []),
    ...diffFields(stored?.fields, next.fields, false),
    ...diffFields(before, after, false),
  ];
  return settleDraft({ stored, fence, context, verdict, fields, again }, (bookkeeping): Project => ({
    type: "project",
    dealId,
    state: verdict.state,
    ...(verdict.reason && { reason: verdict.reason }),
    absorbedIds: input.adoption?.absorbedIds ?? stored?.absorbedIds ?? [],
    ...next,
    ...bookkeeping,
  }));
}

function nextContent(
  { dealId, observed, links, stored, customer }: ProjectCase,
  verdict: Verdict,
): Pick<Project, "fields" | "own" | "shortForm" | "dependsOnCompanyId"> {
  if (verdict.state === "merged") return {};
  const companyId = customer?.companyId ?? findPrimaryCompanyId(links);
  const isLed = verdict.state === "linked" && observed.kind === "live" && companyId !== undefined;
  const fields = isLed ? mapDeal(observed.object, companyId) : stored?.fields;
  const own = stored?.own ?? (isLed ? NEW_PROJECT_OWN_FIELDS : undefined);
  const shortForm = stored?.shortForm ?? (isLed ? dealId : undefined);
  return {
    ...(fields && { fields }),
    ...(own && { own }),
    ...(shortForm !== undefined && { shortForm }),
    ...(companyId !== undefined && observed.kind === "live" && { dependsOnCompanyId: companyId }),
    ...(observed.kind !== "live" && stored?.dependsOnCompanyId && { dependsOnCompanyId: stored.dependsOnCompanyId }),
  };
}
