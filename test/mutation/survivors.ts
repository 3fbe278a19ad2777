/** Survivors that are no gap: changes of a line that leave what it does as it is, or as good. */
export interface Explained {
  /** Part of the line. */
  readonly at: string;
  /** What it is changed to, where only that is meant. */
  readonly to?: string;
  readonly why: string;
}

export interface FileExpectation {
  /** Changes that are noticed or explained, in percent, as was measured. */
  readonly least: number;
  readonly explained?: readonly Explained[];
}

/** What is asked of a file that is not listed. */
const DEFAULT_EXPECTATION: FileExpectation = { least: 90 };

const GUARD = "for the type checker: it holds whenever the line is reached";
const SHORTCUT = "a quicker way to the same answer";
const NO_RECORD = "a text in the place of a record is neither active nor failing, and holds no number";

export const EXPECTATIONS: Readonly<Record<string, FileExpectation>> = {
  "lib/domain/attach-request.ts": {
    least: 100,
    explained: [{ at: "at.attach !== undefined &&", to: "true", why: "nothing compares as later than undefined" }],
  },
  "lib/domain/bookable.ts": { least: 100 },
  "lib/domain/brake.ts": {
    least: 100,
    explained: [{ at: "load.confirmed !== undefined", to: "true", why: "no number is at most undefined" }],
  },
  "lib/domain/coalesce-changes.ts": {
    least: 100,
    explained: [
      {
        at: "if (a === undefined || b === undefined) return a ?? b;",
        why: "to join with nothing gives an equal value",
      },
      { at: "a.isAssociated && !b.isAssociated", why: "of two equal expectations either may stay" },
      { at: "attachOfA > attachOfB", to: "attachOfA >= attachOfB", why: "equal ones do not get here" },
      { at: "(a.seen?.revision ?? 0) > (b.seen", why: "of two equal ones either may stay" },
      { at: "return a.atMs > b.atMs ? a : b;", to: "a.atMs >= b.atMs", why: "equal ones do not get here" },
      { at: "return a.companyId > b.companyId ? a : b;", why: "of two equal ones either may stay" },
    ],
  },
  "lib/domain/contact-person.ts": {
    least: 100,
    explained: [
      { at: "stored?.fields !== undefined", to: "stored.fields", why: GUARD },
      { at: 'observed.kind === "live"', to: "true", why: GUARD },
      {
        at: "compareFences(seen, known) > 0",
        to: "compareFences(seen, known) >= 0",
        why: "of two equal fences either will do",
      },
      { at: "customer.reason?.code", to: "customer.reason.code", why: GUARD },
      { at: "const wasPrimary =", to: "true", why: "only looked at where it is linked" },
      { at: "const wasPrimary =", to: "stored.fields.primary", why: "what is linked has fields" },
    ],
  },
  "lib/domain/contact-tombstone.ts": {
    least: 100,
    explained: [{ at: "compareFences(fence, newest) > 0", why: "of two equal fences either will do" }],
  },
  "lib/domain/customer-states.ts": {
    least: 100,
    explained: [
      { at: "low < this.#length", why: "what lies behind the last id is no id" },
      { at: "this.stateOf(companyId) !== state", to: "true", why: "only saves memory" },
      ...[
        "fence: {",
        'type: "customer"',
        'companyId: ""',
        'state: "linked"',
        "history: [",
        "absorbedIds: [",
        "isFollowUpDue: false",
        "const STAND_IN: Customer = {",
        "fields: {",
        'name: ""',
        'phone: ""',
        "address: {",
        'website: ""',
        'remark: ""',
      ].map((at) => ({ at, why: "nobody reads the values of a stand-in, only whether it has fields" })),
    ],
  },
  "lib/domain/customer.ts": {
    least: 100,
    explained: [{ at: 'observed.kind === "live"', to: "true", why: GUARD }],
  },
  "lib/domain/decision.ts": {
    least: 100,
    explained: [{ at: "stored?.changedAtMs", to: "stored.changedAtMs", why: "a first write is never a touch" }],
  },
  "lib/domain/exclusion.ts": { least: 100 },
  "lib/domain/failing.ts": { least: 100 },
  "lib/domain/fence.ts": { least: 100 },
  "lib/domain/field-changes.ts": {
    least: 100,
    explained: [
      { at: "if (isSame(before, after)) return [];", to: "false", why: SHORTCUT },
      ...["true", "false"].map((to) => ({ at: "return before === after;", to, why: SHORTCUT })),
      ...["function isSame(", "function isSameValue("].map((at) => ({ at, to: "{}", why: SHORTCUT })),
      { at: "names.length !== Object.keys(after).length", to: "true", why: SHORTCUT },
      { at: "names.every((name) =>", to: "() => undefined", why: SHORTCUT },
      { at: "names.every((name) =>", to: "false", why: SHORTCUT },
      { at: "if (left === right) return true;", to: "false", why: SHORTCUT },
      ...["false", "true", "isRecord(left) || isRecord(right)"].map((to) => ({
        at: "if (isRecord(left) && isRecord(right))",
        to,
        why: SHORTCUT,
      })),
      { at: "!Array.isArray(left) || !Array.isArray(right)", to: "true", why: SHORTCUT },
      { at: "left.length === right.length && left.every(", to: "false", why: SHORTCUT },
      { at: "left.length === right.length && left.every(", to: "() => undefined", why: SHORTCUT },
      { at: "value !== null && !Array.isArray(value)", to: "true", why: "no field is null" },
    ],
  },
  "lib/domain/field-limits.ts": {
    least: 100,
    explained: [
      { at: 'record.type !== "contactPerson" || record.fields', to: "false", why: GUARD },
      { at: "limit === undefined ? []", to: "false", why: "nothing is longer than undefined" },
      { at: 'typeof text !== "string" || text.length <= limit', why: SHORTCUT },
    ],
  },
  "lib/domain/field-mapping.ts": { least: 100 },
  "lib/domain/id-marks.ts": { least: 100 },
  "lib/domain/lane-plan.ts": {
    least: 100,
    explained: [{ at: "outlooks.length === 0", to: "false", why: "of no lanes none is cut either" }],
  },
  "lib/domain/leading-system.ts": { least: 100 },
  "lib/domain/list-lane.ts": {
    least: 100,
    explained: [
      { at: "lane.size !== undefined &&", to: "true", why: "undefined is larger than no number" },
      { at: "reachedId === undefined", to: "false", why: "without it there is no gap either" },
    ],
  },
  "lib/domain/local-edit.ts": {
    least: 100,
    explained: [
      { at: "fields === undefined", to: "false", why: "what has none was refused before" },
      { at: "startDate !== undefined && endDate !== undefined", why: "nothing compares as earlier than undefined" },
    ],
  },
  "lib/domain/loss.ts": {
    least: 100,
    explained: [
      { at: "if (stored === undefined || !isActive(stored)) return false;", to: "false", why: GUARD },
      { at: 'stored?.type === "project" && next.type === "project"', why: "both are of one type" },
    ],
  },
  "lib/domain/merge.ts": { least: 100 },
  "lib/domain/number-sums.ts": {
    least: 100,
    explained: [
      { at: "(sums[bucket] ?? 0) + hash(", why: "subtracting is as good a checksum" },
      { at: "index < text.length", why: "one more round mixes no worse" },
    ],
  },
  "lib/domain/pair-streams.ts": {
    least: 100,
    explained: [{ at: "order <= 0 ? a?.object.id : b?.id", why: "both have the same id, and one of them is there" }],
  },
  "lib/domain/pass-finding.ts": {
    least: 100,
    explained: [
      { at: "const AT_REST", to: '""', why: "a quicker way: decided, it comes to the same" },
      { at: "isKnown: stored !== undefined", to: "false", why: "only looked at where nothing is stored" },
      { at: "if (listed === undefined && persons.every(isLeftAlone)", to: "false", why: SHORTCUT },
      { at: "if (listed === undefined && isLeftAlone(stored)) return SETTLED;", to: "false", why: SHORTCUT },
      { at: "const links = listed?.links ?? [];", to: '["Stryker was here"]', why: "a text is no link to a company" },
      { at: "stored?.tombstone?.state", to: "stored.tombstone", why: GUARD },
      { at: 'state === "deleted" && (reason', to: "true", why: "no other state has one of these reasons" },
    ],
  },
  "lib/domain/project.ts": {
    least: 100,
    explained: [
      { at: 'if (observed.kind !== "live" || again', to: "false", why: GUARD },
      { at: "formerId !== undefined && customer", to: "true", why: GUARD },
      { at: 'observed.kind === "live" && companyId !== undefined;', to: "true", why: GUARD },
    ],
  },
  "lib/domain/reason-text.ts": {
    least: 100,
    explained: [{ at: 'case "erasedForPrivacy":', to: '""', why: "without a case there is no remedy either" }],
  },
  "lib/domain/repair-cause.ts": {
    least: 100,
    explained: [
      { at: "next.reason?.code", to: "next.reason.code", why: GUARD },
      {
        at: 'stored.type === "project" && next.type === "project"',
        why: "both are of one type, and no other type has what is compared",
      },
      {
        at: 'stored.type !== "contactPerson" || next',
        why: "both are of one type, and a customer has no label and no association",
      },
      {
        at: 'reason?.code === "notAssociated"',
        to: 'reason?.code !== "notAssociated"',
        why: "both sides turn, and only their difference counts",
      },
    ],
  },
  "lib/domain/stage-filter.ts": {
    least: 100,
    explained: [{ at: "text.split(/[", why: "what stands between two marks is empty and dropped" }],
  },
  "lib/domain/suspicion.ts": {
    least: 100,
    explained: [
      { at: 'case "absorbed":', why: "the last case, and what follows answers the same" },
      { at: "companyId === undefined ?", to: "false", why: "no event names a company without an id" },
    ],
  },
  "lib/domain/time-shares.ts": {
    least: 100,
    explained: [{ at: "constructor(nowMs: number)", to: "{}", why: "time before the first piece of work is nobody's" }],
  },
  "lib/domain/use-rows.ts": { least: 100 },
  "lib/domain/verdict.ts": {
    least: 100,
    explained: [{ at: "stored !== undefined;", to: "true", why: "a first write always differs" }],
  },
  "lib/sync/absorbed.ts": {
    least: 100,
    explained: [{ at: "record.reason?.code ===", to: "record.reason.code", why: GUARD }],
  },
  "lib/sync/apply-by-hand.ts": {
    least: 100,
    explained: [{ at: "if (applied === undefined) throw", why: "for the type checker: each change has an outcome" }],
  },
  "lib/sync/apply-changes.ts": {
    least: 100,
    explained: ["{}", '""', '["Stryker was here"]'].map((to) => ({
      at: 'observed: { kind: "missing", readAtMs: run.clock.now() }, links: []',
      to,
      why: "an erasure asks neither what was read nor of which companies",
    })),
  },
  "lib/sync/apply-companies.ts": { least: 100 },
  "lib/sync/apply-contacts.ts": {
    least: 100,
    explained: [
      { at: 'observed.kind === "absorbed" ?', to: "true", why: "nothing else has a survivor" },
      { at: "pairs === 0", to: "true", why: "a pair looks again on its own account" },
    ],
  },
  "lib/sync/apply-deals.ts": {
    least: 100,
    explained: [{ at: "primaryId === undefined ? undefined :", to: "false", why: "no company has no customer" }],
  },
  "lib/sync/apply-sightings.ts": {
    least: 100,
    explained: [
      ...["storedContacts.get(id).persons", '["Stryker was here"]'].map((to) => ({
        at: "storedContacts.get(id)?.persons ?? []",
        to,
        why: "the store's answer has each contact that was asked for",
      })),
      { at: "turned.hints.get(companyId)?.origin", to: "turned.hints.get(companyId).origin", why: GUARD },
    ],
  },
  "lib/sync/attach-record.ts": {
    least: 100,
    explained: [
      { at: 'if (stored.type === "customer" && stored', to: "true", why: "no project has what is asked for then" },
      { at: "const absorbs = ontoId === id ?", to: "false", why: "what would absorb itself is passed over" },
      { at: 'get(id)?.kind ?? "missing"', why: "HubSpot's answer has each id that was asked for" },
    ],
  },
  "lib/sync/commit-record.ts": {
    least: 100,
    explained: [
      {
        at: 'if (wished.kind === "keep")',
        why: "a quicker way: what is kept asks for no number and is asked again below",
      },
      { at: "if (claim && holder === undefined)", to: "true", why: "nobody gives back what another record holds" },
    ],
  },
  "lib/sync/compare-portals.ts": { least: 100 },
  "lib/sync/detach-record.ts": { least: 100 },
  "lib/sync/edit-record.ts": { least: 100 },
  "lib/sync/errors.ts": { least: 100 },
  "lib/sync/explain-record.ts": {
    least: 100,
    explained: [
      { at: 'const nothing = { deliveryId: "explain"', to: '""', why: "a trial queues nothing that would carry it" },
      {
        at: 'return record.type === "contactPerson" ? record.companyId',
        to: "true",
        why: "a company and a deal have one record, whatever its key",
      },
      { at: "if (companies?.length === 0)", to: "companies.length", why: GUARD },
    ],
  },
  "lib/sync/follow-up.ts": {
    least: 100,
    explained: ["inHubSpot.contacts.get(companyId) ?? []", "inHubSpot.deals.get(companyId) ?? []"].map((at) => ({
      at,
      to: '["Stryker was here"]',
      why: "HubSpot's answer has each company that was asked for",
    })),
  },
  "lib/sync/local-write.ts": {
    least: 100,
    explained: [{ at: "return record === undefined ?", why: GUARD }],
  },
  "lib/sync/mark-failing.ts": { least: 100 },
  "lib/sync/object-records.ts": {
    least: 100,
    explained: ['["Stryker was here"]', "(await store.readContacts([id])).get(id).persons"].map((to) => ({
      at: "get(id)?.persons ?? []",
      to,
      why: "the store's answer has each contact that was asked for",
    })),
  },
  "lib/sync/pass-id.ts": { least: 100 },
  "lib/sync/pass/apply-deferred.ts": {
    least: 100,
    explained: [
      { at: "if (distinct.size === 0) continue;", to: "false", why: SHORTCUT },
      { at: "if (deferred === undefined) return {};", to: "false", why: GUARD },
      { at: 'outcome.kind === "done" && outcome.writes > 0', to: "true", why: "only what is done has writes" },
    ],
  },
  "lib/sync/pass/compare-page.ts": {
    least: 100,
    explained: [
      ...["company", "contact", "deal"].map((kind) => ({
        at: `record.kind === "${kind}" ? [record] : []`,
        why: "for the type checker: the records of a lane are of its type",
      })),
      { at: "pair.stored?.contact.persons ?? []", to: '["Stryker was here"]', why: NO_RECORD },
      ...["project", "customer"].map((name) => ({
        at: `pair.stored === undefined ? [] : [pair.stored.${name}]`,
        to: '["Stryker was here"]',
        why: NO_RECORD,
      })),
      { at: 'finding.kind === "suspect" ? [id] : []', to: '["Stryker was here"]', why: "no object has that id" },
    ],
  },
  "lib/sync/pass/continue-pass.ts": { least: 100 },
  "lib/sync/pass/count-pass.ts": { least: 100 },
  "lib/sync/pass/counter.ts": { least: 100 },
  "lib/sync/pass/deferred-object.ts": {
    least: 100,
    explained: [
      ...["false", '""'].map((to) => ({
        at: 'finding.kind === "settled" || !isPutOff',
        to,
        why: "for the type checker: what is settled is not put off",
      })),
      { at: "|| id === undefined ||", to: "false", why: "for the type checker: undefined is no number either" },
      ...["match[1]", "match[2]", '"Stryker was here!"'].map((to) => ({
        at: 'match?.[1] ?? "", Number(match?.[2])',
        to,
        why: GUARD,
      })),
    ],
  },
  "lib/sync/pass/end-pass.ts": { least: 100 },
  "lib/sync/pass/free-numbers.ts": {
    least: 100,
    explained: [
      {
        at: "if (sweep.buckets === undefined) for",
        to: "true",
        why: "nobody looks at the sums while numbers are freed",
      },
    ],
  },
  "lib/sync/pass/know-customers.ts": { least: 100 },
  // Its survivors, eighteen of 169, are neither noticed nor explained yet: pace, probing and marks.
  "lib/sync/pass/lane-runner.ts": { least: 88 },
  "lib/sync/pass/lane-set.ts": {
    least: 100,
    explained: [
      { at: "if (index === undefined || indices", to: "false", why: GUARD },
      {
        at: "countGuesses(plan) <= this.#cutsLeft) ?? []",
        why: "a single lane needs no cut, so some plan always fits",
      },
      { at: "outlooks[planned?.index ?? -1]", to: "+1", why: GUARD },
      { at: "if (planned === undefined || found === undefined)", to: "false", why: GUARD },
      {
        at: "if (planned === undefined || found === undefined)",
        to: "planned === undefined && found === undefined",
        why: GUARD,
      },
      { at: "reach.lane.isDone ? [] :", to: '["Stryker was here"]', why: "a text is the outlook of no lane" },
    ],
  },
  "lib/sync/pass/load-customer-states.ts": { least: 100 },
  "lib/sync/pass/pass-use.ts": { least: 100 },
  "lib/sync/pass/preview-entries.ts": {
    least: 100,
    explained: [
      { at: 'case "contactPerson":', to: 'case "contactPerson":', why: "a contact person has no description either" },
    ],
  },
  "lib/sync/pass/probe-after.ts": {
    least: 100,
    explained: [{ at: "|| next === undefined", to: "false", why: "where there is one before there is a next one" }],
  },
  "lib/sync/pass/record-cursor.ts": { least: 100 },
  "lib/sync/pass/settings-mark.ts": { least: 100 },
  "lib/sync/pass/pass-session.ts": { least: 100 },
  "lib/sync/pass/pass-types.ts": { least: 100 },
  "lib/sync/pass/settle-page.ts": {
    least: 100,
    explained: [
      ...["true", '""'].map((to) => ({
        at: 'finding.kind !== "settled" && isPutOff',
        to,
        why: "for the type checker: what is settled is not put off",
      })),
      {
        at: 'outcome.kind === "done" && outcome.writes > 0 ? [id]',
        to: "true",
        why: "for the type checker: only what is done has written",
      },
    ],
  },
  "lib/sync/pass/start-pass.ts": {
    least: 100,
    explained: [
      { at: "passId > stopped.passId", to: "passId >= stopped.passId", why: "the stopped pass has not succeeded" },
      ...[
        ["preview !== undefined && { preview }", "true"] as const,
        ["marks !== undefined && {", "true"] as const,
        ["read === undefined ? []", "false"] as const,
      ].map(([at, to]) => ({ at, to, why: "a checkpoint is stored as JSON, which leaves out what is undefined" })),
    ],
  },
  "lib/sync/pass/trial-turn.ts": {
    least: 100,
    explained: [{ at: "companyId === undefined ||", to: "false", why: GUARD }],
  },
  "lib/sync/pass/typed-page.ts": {
    least: 100,
    explained: ["company", "contact"].map((type) => ({
      at: `case "${type}":`,
      to: `case "${type}":`,
      why: "for the type checker: the case that it falls through to does the same",
    })),
  },
  "lib/sync/pass/work-on-pass.ts": {
    least: 100,
    explained: [
      { at: "if (types.length === 0) continue;", to: "false", why: SHORTCUT },
      {
        at: "hubspot.listDealStages() : []",
        to: '["Stryker was here"]',
        why: "where the settings name no stage, none is unknown",
      },
      { at: "if (pass.confirms === undefined) return {};", to: "false", why: SHORTCUT },
    ],
  },
  "lib/sync/process-changes.ts": {
    least: 100,
    explained: [
      {
        at: "left.receivedAtMs - right.receivedAtMs",
        why: "each change has an origin, and the oldest message only stands in for one without",
      },
      { at: 'outcome.kind === "failed" && isOutage', to: "true", why: "what did not fail has no error" },
      { at: "Math.max(MAX_LOOKS, looks + 1)", to: "looks - 1", why: "how far past the last look makes no difference" },
      { at: 'deliveryIds: [deliveryId = ""] = []', why: "each change has an origin" },
      { at: "origin?.deliveryIds.join() === deliveryId", to: "origin.deliveryIds", why: "each change has an origin" },
      { at: "isMessages || origin === undefined", to: "false", why: "each change has an origin" },
      { at: "change.origin && { correlationId", to: "true", why: "each change has an origin" },
      { at: "change.origin?.receivedAtMs", to: "change.origin.receivedAtMs", why: "each change has an origin" },
      { at: "const isOurs =", to: "true", why: "only our own errors are an outage" },
      { at: "message?.changes.length", to: "message.changes", why: "some message has told of each change" },
      { at: '"unexpected failure"', why: "nothing throws what is no error" },
    ],
  },
  "lib/sync/read-health.ts": {
    least: 100,
    explained: [
      { at: "records.get(state) ?? []", to: '["Stryker was here"]', why: GUARD },
      { at: "records.get(state)?.length", to: "records.get(state).length", why: GUARD },
    ],
  },
  "lib/sync/read-sightings.ts": {
    least: 100,
    explained: [
      { at: "if (survivors.length === 0)", to: "false", why: SHORTCUT },
      { at: "unread.length === 0 ? []", to: "false", why: SHORTCUT },
      { at: "if (observed === undefined) return [];", why: "HubSpot's answer has each id that was asked for" },
    ],
  },
  "lib/sync/receive-delivery.ts": { least: 100 },
  "lib/sync/rehearsal.ts": {
    least: 100,
    explained: [
      { at: "releaseNumber: () => Promise.resolve()", why: "awaited, nothing is as good as a promise of it" },
      { at: "send: () => Promise.resolve()", why: "awaited, nothing is as good as a promise of it" },
      { at: "if (holder === undefined || numberOf(holder)", to: "false", why: GUARD },
    ],
  },
  "lib/sync/resync-object.ts": { least: 100 },
  "lib/sync/run.ts": { least: 100 },
  "lib/sync/wake-held-record.ts": { least: 100 },
};

/** What is asked of a file. */
export function findExpectation(source: string): FileExpectation {
  return EXPECTATIONS[source] ?? DEFAULT_EXPECTATION;
}
