import { believe, forgetFence, readFirstPerson, takeAnyNumber, withoutReading, withStore } from "./fault-parts.ts";
import type { Plot } from "./plots.ts";

/** Puts other exports in place of some of a module's own, wherever it is imported. The path starts at the root. */
export type Replace = <M extends object>(path: string, spoil: (sound: M) => Partial<M>) => void;

/** A mistake that somebody could make, switched on by its name: proof that the simulation would see it. */
export interface Fault {
  readonly name: string;
  readonly breaks: string;
  /** From this seed on it is caught soon. */
  readonly firstSeed?: number;
  /** The plot that shows it, where chance would show it too seldom. */
  readonly plot?: Plot;
  readonly install: (replace: Replace) => void;
}

/** Every fault that a test expects to be caught. The product's code knows nothing of them. */
export const FAULTS: readonly Fault[] = [
  {
    name: "fenceWithoutReadAt",
    firstSeed: 2,
    breaks: "of two reads with the same stamp the one that is written last wins, not the one that was read last",
    install: (replace) =>
      replace<typeof import("../../lib/domain/fence.ts")>("lib/domain/fence.ts", () => ({
        compareFences: (left, right) => left.sourceUpdatedAtMs - right.sourceUpdatedAtMs || 1,
      })),
  },
  {
    name: "noTouchOnAba",
    firstSeed: 13,
    plot: "backAndForth",
    breaks: "a read that finds nothing new leaves the fence where it is, so an older read can still land",
    install: (replace) =>
      replace<typeof import("../../lib/domain/decision.ts")>("lib/domain/decision.ts", () => ({
        mustAdvanceFence: () => false,
      })),
  },
  {
    name: "deleteOn404",
    plot: "removals",
    breaks: "an object that is missing once is believed to be gone",
    install: (replace) =>
      replace<typeof import("../../lib/domain/suspicion.ts")>("lib/domain/suspicion.ts", ({ suspectObject }) => ({
        suspectObject: (observed, hint) => (observed.kind === "missing" ? undefined : suspectObject(observed, hint)),
      })),
  },
  {
    name: "trustStaleRead",
    firstSeed: 80,
    breaks: "a read that is older than its own event is believed",
    install: (replace) =>
      replace<typeof import("../../lib/domain/suspicion.ts")>("lib/domain/suspicion.ts", ({ suspectObject }) => ({
        suspectObject: (observed, hint) => (observed.kind === "live" ? undefined : suspectObject(observed, hint)),
      })),
  },
  {
    name: "reviveOnLateUpdate",
    plot: "removals",
    breaks: "a live read that lags brings a deleted record back, whatever the events say",
    install: (replace) =>
      replace<typeof import("../../lib/domain/suspicion.ts")>("lib/domain/suspicion.ts", ({ suspectObject }) => ({
        isRevivedTooSoon: () => false,
        suspectObject: (observed, { at: { deleted: _deleted, ...at }, ...hint }) =>
          suspectObject(observed, { ...hint, at }),
      })),
  },
  {
    name: "believeOlderLinks",
    firstSeed: 5,
    breaks: "an association read that may be older than the stored one is believed",
    install: (replace) =>
      replace<typeof import("../../lib/domain/suspicion.ts")>("lib/domain/suspicion.ts", () => ({
        mayPrecede: () => false,
      })),
  },
  {
    name: "ignoreLabelEvents",
    plot: "labels",
    breaks: "a read that contradicts an event on the primary label is believed",
    install: (replace) =>
      replace<typeof import("../../lib/domain/suspicion.ts")>("lib/domain/suspicion.ts", ({ suspectLinks }) => ({
        suspectLinks: (links, { expectsPrimary: _label, ...hint }) => suspectLinks(links, hint),
      })),
  },
  {
    name: "acknowledgeBeforeWriting",
    breaks: "a batch is acknowledged while it is still being worked on",
    install: (replace) =>
      replace<typeof import("../../lib/wiring/change-handler.ts")>(
        "lib/wiring/change-handler.ts",
        ({ createChangeHandler }) => ({
          createChangeHandler: (options) => {
            const handle = createChangeHandler(options);
            return (event, context) => {
              void handle(event, context);
              return Promise.resolve({ batchItemFailures: [] });
            };
          },
        }),
      ),
  },
  {
    name: "acknowledgeFailures",
    firstSeed: 2,
    breaks: "a change that failed counts as done",
    install: (replace) =>
      replace<typeof import("../../lib/sync/apply-changes.ts")>("lib/sync/apply-changes.ts", ({ applyChanges }) => ({
        applyChanges: async (...batch) => (await applyChanges(...batch)).map((applied) => believe(applied, "failed")),
      })),
  },
  {
    name: "lookOnlyOnce",
    firstSeed: 80,
    breaks: "what was read looks older than its event, and is not read again",
    install: (replace) =>
      replace<typeof import("../../lib/sync/apply-changes.ts")>("lib/sync/apply-changes.ts", ({ applyChanges }) => ({
        applyChanges: async (...batch) => (await applyChanges(...batch)).map((applied) => believe(applied, "again")),
      })),
  },
  {
    name: "positionInsteadOfId",
    breaks: "the results of a batch read are paired with what was asked for by position",
    install: (replace) =>
      replace<typeof import("../../lib/hubspot/read-objects.ts")>("lib/hubspot/read-objects.ts", ({ readObjects }) => ({
        readObjects: async (reading, type, ids) => {
          const found = await readObjects(reading, type, ids);
          const results = [...found.values()].filter(({ kind }) => kind === "live");
          const nothing = { kind: "missing", readAtMs: reading.clock.now() } as const;
          return new Map([...new Set(ids)].map((id, position) => [id, results[position] ?? nothing]));
        },
      })),
  },
  {
    name: "partialMeansNone",
    firstSeed: 3,
    breaks: "an association read that failed in part is read as: no companies",
    install: (replace) =>
      replace<typeof import("../../lib/hubspot/read-associations.ts")>(
        "lib/hubspot/read-associations.ts",
        ({ readCompanyLinks }) => ({
          readCompanyLinks: async (reading, type, ids) => {
            const readAtMs = reading.clock.now();
            const none = new Map(ids.map((id) => [id, { readAtMs, links: [] }]));
            return readCompanyLinks(reading, type, ids).catch(() => none);
          },
        }),
      ),
  },
  {
    name: "spoilWholeCall",
    firstSeed: 4,
    plot: "unanswerable",
    breaks: "an object that HubSpot cannot answer fails all that are read in one call with it",
    install: (replace) =>
      replace<typeof import("../../lib/hubspot/read-apart.ts")>("lib/hubspot/read-apart.ts", ({ readInParts }) => ({
        readInParts: (ids, { size }, readPart) => readInParts(ids, { size, apart: undefined }, readPart),
      })),
  },
  {
    name: "forgetFollowUp",
    firstSeed: 2,
    breaks: "a customer's mark is cleared without its contacts and deals being queued",
    install: (replace) =>
      replace<typeof import("../../lib/sync/follow-up.ts")>("lib/sync/follow-up.ts", () => ({
        followUp: async ({ store }, customers) => {
          for (const customer of customers)
            await store.write({ ...customer, isFollowUpDue: false, revision: customer.revision + 1 });
          return new Map();
        },
      })),
  },
  {
    name: "ignoreDetached",
    firstSeed: 3,
    breaks: "a sync goes on with a customer that an admin has detached",
    install: (replace) =>
      replace<typeof import("../../lib/domain/customer.ts")>("lib/domain/customer.ts", ({ decideCustomer }) => ({
        decideCustomer: ({ stored, ...rest }) =>
          decideCustomer({ ...rest, stored: stored?.state === "detached" ? { ...stored, state: "linked" } : stored }),
      })),
  },
  {
    name: "syncTouchesOwnFields",
    breaks: "a sync empties the tasks of a project, which ZEP owns",
    install: (replace) =>
      replace<typeof import("../../lib/domain/project.ts")>("lib/domain/project.ts", ({ decideProject }) => ({
        decideProject: (input) => {
          const decision = decideProject(input);
          if (decision.kind === "keep" || decision.record.own === undefined) return decision;
          return { ...decision, record: { ...decision.record, own: { ...decision.record.own, tasks: [] } } };
        },
      })),
  },
  {
    name: "eraseOnlyOneCopy",
    firstSeed: 2,
    breaks: "an erasure removes the first contact person of a contact and leaves the others",
    install: (replace) =>
      replace<typeof import("../../lib/sync/apply-contacts.ts")>("lib/sync/apply-contacts.ts", ({ applyContacts }) => ({
        applyContacts: async (run, sightings, known) => {
          const erasures = sightings.filter(({ hint }) => hint.at.erased !== undefined);
          const others = sightings.filter((sighting) => !erasures.includes(sighting));
          const erased = await applyContacts(withStore(run, readFirstPerson), erasures, known);
          return new Map([...erased, ...(await applyContacts(run, others, known))]);
        },
      })),
  },
  {
    name: "eraseWithoutTombstone",
    breaks: "an erasure leaves nothing that keeps a late event from bringing the contact back",
    install: (replace) =>
      replace<typeof import("../../lib/domain/contact-tombstone.ts")>("lib/domain/contact-tombstone.ts", () => ({
        eraseContact: () => undefined,
      })),
  },
  {
    name: "logNames",
    breaks: "the log tells what was written, not only to which record",
    install: (replace) =>
      replace<typeof import("../../lib/sync/commit-record.ts")>("lib/sync/commit-record.ts", () => ({
        reportWrite: ({ telemetry }, id, { record }) => telemetry.info("record written", { id, fields: record.fields }),
      })),
  },
  {
    name: "releaseNumberFirst",
    breaks: "an admin's edit gives the old number back before the record has the new one",
    install: (replace) =>
      replace<typeof import("../../lib/sync/commit-record.ts")>("lib/sync/commit-record.ts", ({ commitRecord }) => ({
        commitRecord: async (run, committing, first) => {
          const { number } = committing.numberOf(first);
          const { id: holderId, numberKind: kind } = committing;
          if (run.cause === "admin" && number !== undefined) await run.store.releaseNumber({ kind, number, holderId });
          return commitRecord(run, committing, first);
        },
      })),
  },
  {
    name: "takeNumberFromAnyone",
    firstSeed: 4,
    breaks: "a number that is taken is taken over",
    install: (replace) =>
      replace<typeof import("../../lib/sync/commit-record.ts")>("lib/sync/commit-record.ts", ({ commitRecord }) => ({
        commitRecord: (run, committing, first) => commitRecord(withStore(run, takeAnyNumber), committing, first),
      })),
  },
  {
    name: "mergeWithoutPointer",
    firstSeed: 30,
    breaks: "what a merge absorbed stays as it was beside its survivor",
    install: (replace) =>
      replace<typeof import("../../lib/sync/absorbed.ts")>("lib/sync/absorbed.ts", () => ({
        pointAbsorbed: () => Promise.resolve(),
      })),
  },
  {
    name: "survivorTakesNothing",
    firstSeed: 4,
    breaks: "the survivor of a merge starts anew instead of taking over number and fields",
    install: (replace) =>
      replace<typeof import("../../lib/domain/merge.ts")>("lib/domain/merge.ts", ({ adoptCustomer }) => ({
        adoptCustomer: (survivorId, own, absorbed) => {
          const { absorbedIds, changes } = adoptCustomer(survivorId, own, absorbed);
          return { base: own, absorbedIds, changes };
        },
      })),
  },
  {
    name: "passDeactivatesUnconfirmed",
    breaks: "a pass believes its listing and deactivates what was not in it without reading it again",
    install: (replace) =>
      replace<typeof import("../../lib/sync/apply-changes.ts")>("lib/sync/apply-changes.ts", ({ applyChanges }) => ({
        applyChanges: (run, changes, deliveryId) =>
          applyChanges(run.cause === "pass" ? withoutReading(run) : run, changes, deliveryId),
      })),
  },
  {
    name: "passOverwritesNewer",
    firstSeed: 22,
    breaks: "a pass writes what its page says over what a worker has read since",
    install: (replace) => {
      replace<typeof import("../../lib/domain/customer.ts")>("lib/domain/customer.ts", ({ decideCustomer }) => ({
        decideCustomer: (input) => decideCustomer(forgetFence(input)),
      }));
      replace<typeof import("../../lib/domain/project.ts")>("lib/domain/project.ts", ({ decideProject }) => ({
        decideProject: (input) => decideProject(forgetFence(input)),
      }));
    },
  },
  {
    name: "settingsAtOnce",
    plot: "settings",
    firstSeed: 20,
    breaks: "the pass for new settings begins while workers still write by the former ones",
    install: (replace) =>
      replace<typeof import("../../lib/contract.ts")>("lib/contract.ts", () => ({
        SETTINGS_CHANGE: { passDelaySeconds: 0 },
      })),
  },
  {
    name: "anyPortal",
    firstSeed: 10,
    breaks: "another account's answers are believed",
    install: (replace) =>
      replace<typeof import("../../lib/sync/compare-portals.ts")>("lib/sync/compare-portals.ts", () => ({
        comparePortals: async (hubspot, marks) => {
          const { portalId, uiDomain } = await hubspot.readAccount();
          await marks.savePortal({ portalId, uiDomain });
        },
      })),
  },
  {
    name: "noBrake",
    firstSeed: 24,
    breaks: "a pass deactivates however many records it likes",
    install: (replace) =>
      replace<typeof import("../../lib/domain/brake.ts")>("lib/domain/brake.ts", () => ({
        judgeBrake: () => ({ kind: "free" }),
      })),
  },
];
