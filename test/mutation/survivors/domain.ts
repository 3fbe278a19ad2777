import { GUARD, SHORTCUT, type FileExpectation } from "../expectation.ts";

/** What is asked of the rules, lib/domain. */
export const DOMAIN: Readonly<Record<string, FileExpectation>> = {
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
  "lib/domain/count-columns.ts": { least: 100 },
  "lib/domain/customer-states.ts": {
    least: 100,
    explained: [
      { at: "low < this.#length", why: "what lies behind the last id is no id" },
      { at: "this.stateOf(companyId) !== state", to: "true", why: "only saves memory" },
      { at: 'if (state === "detached") this.#exclusions', to: "true", why: "only saves memory" },
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
};
