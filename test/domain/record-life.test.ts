import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import type { ChangeKind } from "../../lib/domain/change.ts";
import { decideContactPerson } from "../../lib/domain/contact-person.ts";
import { decideCustomer } from "../../lib/domain/customer.ts";
import { MAX_LOOKS, type Decision, type Hint } from "../../lib/domain/decision.ts";
import { compareFences } from "../../lib/domain/fence.ts";
import { decideProject, NEW_PROJECT_OWN_FIELDS } from "../../lib/domain/project.ts";
import { RECORD_STATES, type RecordState, type SyncRecord } from "../../lib/domain/record.ts";
import {
  SEEN_COMPANIES,
  SEEN_CONTACTS,
  SEEN_DEALS,
  STORED_CUSTOMERS,
  STORED_PERSONS,
  STORED_PROJECTS,
} from "../fixtures/life-cases.ts";
import { sampleContext } from "../fixtures/sample-objects.ts";

/** A kind of change that is missing here does not compile. */
const EVERY_KIND = {
  created: true,
  property: true,
  association: true,
  deleted: true,
  restored: true,
  merged: true,
  erased: true,
  follow: true,
  resync: true,
  attach: true,
} satisfies Record<ChangeKind, true>;
const KINDS = Object.keys(EVERY_KIND);

/** Each kind of event alone, before and after any read, with every stage of doubt; and what a pass knows. */
const HINTS: readonly Hint[] = [0, MAX_LOOKS - 1, MAX_LOOKS].flatMap((looks) => [
  { at: {}, looks },
  ...KINDS.flatMap((kind) => [1, Number.MAX_SAFE_INTEGER].map((atMs) => ({ at: { [kind]: atMs }, looks }))),
  ...[true, false].map((isAssociated) => ({
    at: { association: 1 },
    expects: { "1": { isAssociated, atMs: 1 } },
    looks,
  })),
]);

interface Met<R extends SyncRecord> {
  readonly name: string;
  readonly stored: R | undefined;
  readonly hint: Hint;
  /** A state that records of this type do not get into. */
  readonly isOdd: boolean;
  readonly decision: Decision<R>;
}

/** Every stored record, also in states that its type does not use, meets every sighting with every hint. */
function meetAll<R extends SyncRecord, S extends object>(
  all: {
    readonly stored: Readonly<Record<string, { readonly stored: R | undefined }>>;
    readonly seen: Readonly<Record<string, S>>;
  },
  decide: (
    given: S & { readonly stored: R | undefined; readonly context: ReturnType<typeof sampleContext> },
  ) => Decision<R>,
): readonly Met<R>[] {
  const known = Object.entries(all.stored);
  const odd = known.flatMap(([name, { stored }]) =>
    stored === undefined
      ? []
      : RECORD_STATES.map((state): [string, { stored: R }] => [
          `${name} as ${state}`,
          { stored: { ...stored, state } },
        ]),
  );
  return [...known, ...odd].flatMap(([column, { stored }]) =>
    Object.entries(all.seen).flatMap(([sighting, seen]) =>
      HINTS.map((hint) => {
        const name = `${column} meets ${sighting} after ${JSON.stringify(hint)}`;
        return {
          name,
          stored,
          hint,
          isOdd: column.includes(" as "),
          decision: decide({ ...seen, stored, context: sampleContext(hint) }),
        };
      }),
    ),
  );
}

const CUSTOMERS = meetAll({ stored: STORED_CUSTOMERS, seen: SEEN_COMPANIES }, (given) =>
  decideCustomer({ companyId: "1", ...given }),
);
const PROJECTS = meetAll({ stored: STORED_PROJECTS, seen: SEEN_DEALS }, (given) =>
  decideProject({ dealId: "5", ...given }),
);
const PERSONS = meetAll({ stored: STORED_PERSONS, seen: SEEN_CONTACTS }, (given) =>
  decideContactPerson({ contactId: "3", companyId: "1", ...given }),
);

/** Names of the combinations that break a rule. */
function findBreaches<R extends SyncRecord>(
  all: readonly Met<R>[],
  isBreach: (record: R, stored: R | undefined, met: Met<R>) => boolean,
): readonly string[] {
  return all
    .filter((met) => met.decision.kind === "write" && isBreach(met.decision.record, met.stored, met))
    .map(({ name }) => name);
}

const isFrozen = (state: RecordState): boolean =>
  ["excluded", "outOfStage", "waiting", "deleted", "detached", "failing"].includes(state);
/** A contact that is not even in HubSpot's bin was erased, itself or what it had been merged into. */
const isVanished = (record: SyncRecord): boolean =>
  record.type === "contactPerson" && record.reason?.code === "goneFromHubSpot" && record.fields === undefined;
const text = (value: unknown): string => JSON.stringify(value);
const isReasonAmiss = (record: SyncRecord): boolean => (record.state === "linked") !== (record.reason === undefined);
const memory = (record: SyncRecord): string => text([record.absorbedIds, record.createdAtMs]);
/** A record but for its fence and what a customer remembers for its projects' sake. */
const rest = (record: SyncRecord | undefined): object => ({
  ...record,
  fence: 0,
  revision: 0,
  isFollowUpDue: false,
  isExcludedInHubSpot: false,
});

/** State, `+` with data and `-` without. */
const spell = ({ state, fields }: SyncRecord): string => `${state}${fields === undefined ? "-" : "+"}`;

describe.each<[name: string, all: readonly Met<SyncRecord>[]]>([
  ["decideCustomer", CUSTOMERS],
  ["decideProject", PROJECTS],
  ["decideContactPerson", PERSONS],
])("%s", (_name, all) => {
  it("answers every combination with a decision", () => {
    expect(all.length).toBeGreaterThan(10_000);
    expect(all.filter(({ decision }) => decision.kind !== "keep" && decision.kind !== "write")).toEqual([]);
    expect(all.filter(({ decision }) => decision.kind === "keep")).not.toHaveLength(all.length);
  });

  it("writes no state that these cases do not begin with, with data or without", () => {
    const begun = new Set(all.flatMap(({ stored, isOdd }) => (stored === undefined || isOdd ? [] : [spell(stored)])));
    const written = all.flatMap(({ decision, isOdd }) =>
      decision.kind === "write" && !isOdd ? [spell(decision.record)] : [],
    );
    expect([...new Set(written)].filter((state) => !begun.has(state))).toEqual([]);
  });

  it("counts every write as one revision", () => {
    expect(findBreaches(all, (record, stored) => record.revision !== (stored?.revision ?? 0) + 1)).toEqual([]);
  });

  it("never moves a fence back, and never writes on an equal one", () => {
    const breaches = findBreaches(
      all,
      (record, stored) =>
        stored !== undefined && compareFences(record.fence, stored.fence) <= 0 && !isFollowUpAlone(record, stored),
    );
    expect(breaches).toEqual([]);
  });

  it("leaves fields as they are while a record is frozen", () => {
    const breaches = findBreaches(
      all,
      (record, stored) => isFrozen(record.state) && !isVanished(record) && text(record.fields) !== text(stored?.fields),
    );
    expect(breaches).toEqual([]);
  });

  it("leaves nothing of a record that is merged or erased", () => {
    const breaches = findBreaches(
      all,
      (record) => (record.state === "merged" || record.state === "erased") && record.fields !== undefined,
    );
    expect(breaches).toEqual([]);
  });

  it("gives a reason for every state but linked, and none for that", () => {
    expect(findBreaches(all, (record, _stored, { decision }) => !isTouch(decision) && isReasonAmiss(record))).toEqual(
      [],
    );
  });

  it("transfers data before it calls a record linked", () => {
    expect(findBreaches(all, ({ state, fields }) => state === "linked" && fields === undefined)).toEqual([]);
  });

  it("forgets neither absorbed ids nor the time of creation", () => {
    expect(findBreaches(all, (record, stored) => stored !== undefined && memory(record) !== memory(stored))).toEqual(
      [],
    );
  });

  it("touches a record without changing anything but fence, revision and what concerns its projects", () => {
    const breaches = findBreaches(
      all,
      (record, stored, { decision }) => isTouch(decision) && !isDeepStrictEqual(rest(record), rest(stored)),
    );
    expect(breaches).toEqual([]);
  });
});

function isTouch(decision: Decision<SyncRecord>): boolean {
  return decision.kind === "write" && decision.isTouch;
}

/** A detached customer whose company is deleted or restored: nothing changes but that its projects are looked at. */
function isFollowUpAlone(record: SyncRecord, stored: SyncRecord): boolean {
  if (record.type !== "customer" || stored.type !== "customer" || stored.state !== "detached") return false;
  return isDeepStrictEqual({ ...stored, isFollowUpDue: true, revision: stored.revision + 1 }, record);
}

/** A detached customer remembers whether its company is excluded: of the record itself nothing changes. */
function isForProjects(record: SyncRecord, stored: SyncRecord): boolean {
  return record.type === "customer" && stored.state === "detached" && isDeepStrictEqual(rest(record), rest(stored));
}

describe("decideCustomer and decideProject", () => {
  it.each<[name: string, all: readonly Met<SyncRecord>[]]>([
    ["customer", CUSTOMERS],
    ["project", PROJECTS],
  ])("change nothing of a detached %s but by an attach", (_name, all) => {
    const breaches = findBreaches(
      all,
      (record, stored, { hint }) =>
        stored?.state === "detached" && hint.at.attach === undefined && !isForProjects(record, stored),
    );
    expect(breaches).toEqual([]);
  });

  it.each<[name: string, all: readonly Met<SyncRecord>[]]>([
    ["customer", CUSTOMERS],
    ["project", PROJECTS],
  ])("never lead a merged %s out of that state but by an attach", (_name, all) => {
    const breaches = findBreaches(
      all,
      (record, stored, { hint }) => stored?.state === "merged" && record.state !== "merged" && !hint.at.attach,
    );
    expect(breaches).toEqual([]);
  });

  it("leave a number alone but for the default of the first transfer and the empty pointer", () => {
    const ofCustomers = findBreaches(
      CUSTOMERS,
      (record, stored) =>
        record.state !== "merged" &&
        record.customerNumber !== (stored?.customerNumber ?? (record.state === "linked" ? "1" : undefined)),
    );
    const ofProjects = findBreaches(
      PROJECTS,
      (record, stored) =>
        record.state !== "merged" &&
        record.shortForm !== (stored?.shortForm ?? (record.state === "linked" ? "5" : undefined)),
    );
    expect([...ofCustomers, ...ofProjects]).toEqual([]);
  });

  it("leave ZEP's own fields of a project alone but for the start of a new one and the empty pointer", () => {
    const breaches = findBreaches(
      PROJECTS,
      (record, stored) =>
        record.state !== "merged" &&
        text(record.own) !== text(stored?.own ?? (record.state === "linked" ? NEW_PROJECT_OWN_FIELDS : undefined)),
    );
    expect(breaches).toEqual([]);
  });

  it("mark a customer whose state turns, and keep an earlier mark", () => {
    const breaches = findBreaches(
      CUSTOMERS,
      (record, stored) => stored !== undefined && record.state !== stored.state && !record.isFollowUpDue,
    );
    expect(breaches).toEqual([]);
  });
});

describe("decideContactPerson", () => {
  it("never leads an erased contact person out of that state, nor creates one of an erased contact", () => {
    const breaches = findBreaches(PERSONS, (record, stored, { name }) => {
      const isErased = name.includes("known as erased");
      return stored?.state === "erased" || (isErased && (stored === undefined || record.state !== "erased"));
    });
    expect(breaches).toEqual([]);
  });

  it("never brings back a contact person of a contact that is known as merged", () => {
    const breaches = findBreaches(
      PERSONS,
      (record, _stored, { name }) => name.includes("known as merged") && record.state !== "merged",
    );
    expect(breaches).toEqual([]);
  });

  it("transfers nothing to a detached customer", () => {
    const breaches = findBreaches(
      PERSONS,
      (record, stored, { name }) => name.includes("customer detached") && text(record.fields) !== text(stored?.fields),
    );
    expect(breaches).toEqual([]);
  });
});
