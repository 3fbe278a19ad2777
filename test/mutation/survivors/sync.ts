import { GUARD, SHORTCUT, type FileExpectation } from "../expectation.ts";

/** What is asked of the use cases, lib/sync. */
export const SYNC: Readonly<Record<string, FileExpectation>> = {
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
    explained: [
      { at: "primaryId === undefined ? undefined :", to: "false", why: "no company has no customer" },
      { at: "survivorId === undefined ? undefined :", to: "false", why: "no company has no customer" },
    ],
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
      { at: 'observed.kind === "absorbed" ? unread', to: "true", why: "nothing else has a survivor" },
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
  "lib/sync/turned-customers.ts": {
    least: 100,
    explained: [
      { at: "if (used.size === 0)", to: "false", why: "a quicker way: to ask for no customer costs nothing" },
      { at: 'return outcome?.kind === "done"', to: "true", why: "no other outcome has writes" },
      { at: 'return outcome?.kind === "done"', to: "outcome.kind", why: GUARD },
    ],
  },
  "lib/sync/wake-held-record.ts": { least: 100 },
};
