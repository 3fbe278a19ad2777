import { GUARD, SHORTCUT, NO_RECORD, type FileExpectation } from "../expectation.ts";

/** What is asked of the nightly pass, lib/sync/pass. */
export const PASS: Readonly<Record<string, FileExpectation>> = {
  "lib/sync/pass/apply-deferred.ts": {
    least: 100,
    explained: [
      { at: "if (distinct.size === 0) continue;", to: "false", why: SHORTCUT },
      { at: "if (deferred === undefined) return {};", to: "false", why: GUARD },
      { at: 'outcome.kind === "done" && outcome.writes > 0', to: "true", why: "only what is done has writes" },
      { at: "if (companyIds.length === 0) return false;", to: "false", why: SHORTCUT },
      { at: "listCompanies(record) : []", to: '["Stryker was here"]', why: "no customer has that id" },
      { at: 'if (record.type === "customer") return [];', to: '["Stryker was here"]', why: "no customer has that id" },
      { at: "companyId === undefined ? [] : [companyId]", why: "no customer has that id, nor none" },
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
  "lib/sync/pass/lane-runner.ts": {
    least: 100,
    explained: [
      { at: "if (next !== undefined) this.#ahead.set", to: "true", why: "a page that is undefined is read anew" },
      { at: "const { [type]: marks = [], ...others }", to: '["Stryker was here"]', why: "a text is no id to cut at" },
    ],
  },
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
  "lib/sync/pass/pass-session.ts": { least: 100 },
  "lib/sync/pass/pass-types.ts": { least: 100 },
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
};
