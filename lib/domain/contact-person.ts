import { newestFence } from "./contact-tombstone.ts";
import { MAX_LOOKS } from "./decision.ts";
import { isKeptOut } from "./exclusion.ts";
import { diffFields } from "./field-changes.ts";
import { mapContact } from "./field-mapping.ts";
import { compareFences, fenceOf } from "./fence.ts";
import { survivorIdOf } from "./merge.ts";
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
import type { Decision, DecisionContext, Judgement, Suspicion, Verdict } from "./decision.ts";
import type { CompanyLink, Contact, Observation } from "./hubspot-object.ts";
import type { ContactPerson, ContactTombstone, Customer, Fence } from "./record.ts";

/** What a decision about one contact person (one contact at one company) rests on. */
export interface ContactPersonCase {
  readonly contactId: string;
  readonly companyId: string;
  readonly observed: Observation<Contact>;
  /** All companies that the contact is associated with. */
  readonly links: readonly CompanyLink[];
  readonly stored: ContactPerson | undefined;
  readonly tombstone: ContactTombstone | undefined;
  /** The stored customer of `companyId`; undefined if it could not be read from HubSpot either. */
  readonly customer: Customer | undefined;
  readonly context: DecisionContext;
}

/** Decides what becomes of one contact at one company. Pure: every path that writes contact persons comes through here. */
export function decideContactPerson(input: ContactPersonCase): Decision<ContactPerson> {
  const { observed, stored, tombstone, context } = input;
  const fence = fenceOf(observed, { fence: newestFence(stored === undefined ? [] : [stored], tombstone) });
  if (stored?.state === "erased") return keep();
  if (tombstone?.state === "erased")
    return stored === undefined
      ? keep()
      : settle(input, { fence: latestFence(fence, stored, tombstone), verdict: erased });
  if (tombstone?.state === "merged" && observed.kind !== "absorbed") return followTombstone(input, fence, tombstone);
  if (input.customer?.state === "detached") return freeze(input, fence);
  const again = suspectObject(observed, context.hint);
  if (isOutdated(stored, fence) || isOlderThanTombstone(fence, tombstone))
    return again === undefined ? keepOutdated(context) : keep(again);
  switch (observed.kind) {
    case "missing":
      if (again !== undefined || stored === undefined || stored.state === "merged") return keep(again);
      if (isMissedTooSoon(stored, observed, context)) return keep("seenJustBefore");
      return settle(input, { fence, verdict: context.hint.at.merged === undefined ? gone : mergedAndGone });
    case "archived":
      if (again !== undefined) return keep(again);
      if (stored !== undefined && isMissedTooSoon(stored, observed, context)) return keep("seenJustBefore");
      return settle(input, { fence, verdict: deleted });
    case "absorbed":
      return settle(input, {
        fence,
        verdict: { state: "merged", reason: { code: "absorbedBy", survivorId: observed.survivorId } },
      });
    case "live":
      return decideLive(input, fence, again);
  }
}

const erased: Verdict = { state: "erased", reason: { code: "erasedForPrivacy" } };
const gone: Verdict = { state: "deleted", reason: { code: "goneFromHubSpot" } };
/** Absorbed by a contact that is gone itself, perhaps erased: as with any other merge, no personal data stays. */
const mergedAndGone: Verdict = { state: "merged", reason: { code: "goneFromHubSpot" } };
const deleted: Verdict = { state: "deleted", reason: { code: "deletedInHubSpot" } };

/**
 * A merge is for good: what a crash or a slow creator left of a merged contact is stripped, whatever was read of it and
 * when.
 */
function followTombstone(input: ContactPersonCase, seen: Fence, tombstone: ContactTombstone): Decision<ContactPerson> {
  const { stored, customer } = input;
  if (stored === undefined || stored.state === "merged") return keep();
  if (customer?.state === "detached") return freeze(input, seen);
  const fence = latestFence(seen, stored, tombstone);
  const { mergedInto: survivorId } = tombstone;
  const verdict: Verdict =
    survivorId === undefined ? mergedAndGone : { state: "merged", reason: { code: "absorbedBy", survivorId } };
  return settle(input, { fence, verdict });
}

/** What a tombstone ends was perhaps read after this read, and its fence must not move back. */
function latestFence(seen: Fence, stored: ContactPerson, tombstone: ContactTombstone): Fence {
  const known = newestFence([stored], tombstone);
  return compareFences(seen, known) > 0 ? seen : known;
}

/** The tombstone of this very read is written before the contact persons, so an equal fence is fine. */
function isOlderThanTombstone(fence: Fence, tombstone: ContactTombstone | undefined): boolean {
  return tombstone !== undefined && compareFences(fence, tombstone.fence) < 0;
}

function decideLive(input: ContactPersonCase, fence: Fence, again: Suspicion | undefined): Decision<ContactPerson> {
  const { companyId, links, stored, context } = input;
  if (again === "stillThere") return keep(again);
  if (stored !== undefined && isRevivedTooSoon(stored, input.observed.readAtMs, context))
    return keep("seenAfterDeletion");
  if (suspectLinks(links, context.hint).includes(companyId)) return keep("associationOlderThanEvent");
  const isLinked = links.some((link) => link.companyId === companyId);
  const flip = suspectFlip(input);
  if (flip === "unexpectedFlip") return keep(flip);
  if (!isLinked && stored === undefined && context.hint.expects?.[companyId] === undefined) return keep(again);
  const verdict = judgeLiveContact(companyId, isLinked, input.customer);
  return settle(input, { fence, verdict, again: again ?? flip ?? suspectAbsorbed(input, isLinked) });
}

/** State of a live contact at a company by the rules alone. */
export function judgeLiveContact(companyId: string, isLinked: boolean, customer: Customer | undefined): Verdict {
  if (customer !== undefined && isKeptOut(customer))
    return { state: "excluded", reason: { code: "customerExcluded", companyId } };
  if (customer?.state === "merged") return mergedWith(customer, companyId);
  if (customer?.state === "deleted") return { state: "deleted", reason: { code: "customerDeleted", companyId } };
  if (!isLinked) return { state: "deleted", reason: { code: "notAssociated", companyId } };
  if (customer?.fields === undefined) return { state: "waiting", reason: { code: "customerNotHere", companyId } };
  return { state: "linked" };
}

function mergedWith(customer: Customer, companyId: string): Verdict {
  return { state: "merged", reason: { code: "absorbedBy", survivorId: survivorIdOf(customer) ?? companyId } };
}

/**
 * A detached customer takes its contact persons along, whatever becomes of the contact meanwhile: they keep what they
 * have and nothing new is transferred. Only an erasure reaches them, also of a contact that this one was merged into.
 */
function freeze(input: ContactPersonCase, fence: Fence): Decision<ContactPerson> {
  const { stored, companyId, observed } = input;
  const isLinked = input.links.some((link) => link.companyId === companyId);
  if (stored === undefined && observed.kind !== "live") return keep(suspectObject(observed, input.context.hint));
  if (stored === undefined && !isLinked) {
    const isSuspect = suspectLinks(input.links, input.context.hint).includes(companyId);
    return keep(isSuspect ? "associationOlderThanEvent" : undefined);
  }
  const wasMerged = input.context.hint.at.merged !== undefined || input.tombstone?.state === "merged";
  const isErasedSince = observed.kind === "missing" && wasMerged;
  const isToBeEmptied = isErasedSince && stored?.fields !== undefined;
  const again = isToBeEmptied ? suspectObject(observed, input.context.hint) : undefined;
  if (isToBeEmptied && again === undefined)
    return isOutdated(stored, fence) ? keep() : settle(input, { fence, verdict: mergedAndGone });
  if (stored !== undefined && (stored.state === "detached" || stored.state === "deleted" || stored.state === "merged"))
    return keep(again);
  if (isOutdated(stored, fence)) return keepOutdated(input.context);
  const verdict: Verdict = { state: "detached", reason: { code: "customerDetached", companyId } };
  return settle(input, { fence, verdict, again });
}

/** HubSpot moves associations to the survivor of a merge: a read that still shows the absorbed company is an older one. */
function suspectAbsorbed({ customer, context }: ContactPersonCase, isLinked: boolean): Suspicion | undefined {
  const isAbsorbed = customer?.state === "merged" && customer.reason?.code === "absorbedBy";
  return isLinked && isAbsorbed && context.hint.looks < MAX_LOOKS ? "perhapsOlder" : undefined;
}

/**
 * An association, or its primary label, that turned within the replicas' lag although no event since the stored read, and
 * no merge of the company, spoke of it. Where an earlier event speaks for it, what a contact has gained is there at once,
 * and a later read has the last word.
 */
function suspectFlip({
  companyId,
  stored,
  links,
  customer,
  observed,
  context,
}: ContactPersonCase): "unexpectedFlip" | "perhapsOlder" | undefined {
  const link = links.find((each) => each.companyId === companyId);
  if (stored === undefined) return undefined;
  if (customer?.state === "merged" && link === undefined)
    return suspectSurvivorLink(customer, { links, observed, context });
  const { expects, expectsPrimary } = context.hint;
  const wasLinked = stored.reason?.code !== "notAssociated";
  const hasTurned = wasLinked !== (link !== undefined);
  const wasPrimary = stored.state === "linked" && stored.fields?.primary === true;
  const hasLabelTurned = stored.state === "linked" && link !== undefined && wasPrimary !== link.isPrimary;
  // A restored customer brings its contacts along.
  const isLacking = link === undefined && isSoonAfter(observed, context.hint, ["follow"]);
  const toldAtMs = hasTurned ? associationToldAtMs(context.hint, [companyId]) : expectsPrimary?.atMs;
  if (!(hasTurned || hasLabelTurned) || !mayPrecede(stored, { readAtMs: observed.readAtMs, toldAtMs }, context))
    return isLacking ? "perhapsOlder" : undefined;
  const isNamed = hasTurned ? expects?.[companyId] !== undefined : expectsPrimary !== undefined;
  return isNamed && link !== undefined ? "perhapsOlder" : "unexpectedFlip";
}

/** The association with what a merge absorbed is gone; the one with the survivor may not show yet, and no event tells of it. */
function suspectSurvivorLink(
  customer: Customer,
  { links, observed, context }: Pick<ContactPersonCase, "links" | "observed" | "context">,
): "perhapsOlder" | undefined {
  const survivorId = survivorIdOf(customer);
  const hasArrived = links.some(({ companyId }) => companyId === survivorId);
  return !hasArrived && isSoonAfter(observed, context.hint, ["follow"]) ? "perhapsOlder" : undefined;
}

function settle(input: ContactPersonCase, { fence, verdict, again }: Judgement): Decision<ContactPerson> {
  const { contactId, companyId, observed, links, stored, context } = input;
  const isPrimary = links.some((link) => link.companyId === companyId && link.isPrimary);
  const isLed = verdict.state === "linked" && observed.kind === "live";
  // In HubSpot only an erasure leaves neither the contact nor a trace of it in the bin, so nothing personal stays here.
  const isGone = verdict.reason?.code === "goneFromHubSpot";
  const isStripped = isGone || verdict.state === "merged" || verdict.state === "erased";
  const fields = isLed ? mapContact(observed.object, isPrimary) : isStripped ? undefined : stored?.fields;
  const changes = diffFields(stored?.fields, fields, true);
  return settleDraft({ stored, fence, context, verdict, fields: changes, again }, (bookkeeping): ContactPerson => ({
    type: "contactPerson",
    contactId,
    companyId,
    state: verdict.state,
    ...(verdict.reason && { reason: verdict.reason }),
    ...(fields !== undefined && { fields }),
    absorbedIds: stored?.absorbedIds ?? [],
    ...bookkeeping,
  }));
}
