import type { ContactPerson, Customer, Project, SyncRecord } from "../../lib/domain/record.ts";
import { expectCustomerFields, expectPersonFields, isEqual } from "../fixtures/expected-fields.ts";
import type { BrakeSettings } from "../../lib/domain/brake.ts";
import type { Pass } from "../../lib/sync/pass-ports.ts";
import { Deactivations } from "./deactivations.ts";
import { LONGEST_LAG_MS } from "./hubspot-wire.ts";
import { describe, idOf, isOlder, keyOf, numberOf, objectKey, type Stored } from "./stored-record.ts";
import type { Life, PortalHistory, TimeSpan } from "./portal-history.ts";
import type { SimProcess } from "./sim-process.ts";

type ObjectKey = readonly ["company" | "contact" | "deal", string];

const TYPE_OF = {
  customer: "company",
  contactPerson: "contact",
  project: "deal",
  contactTombstone: "contact",
} as const;

/** Judges every write at the moment it lands: whatever happens, nothing may ever be stored that breaks a promise. */
export class StoreGuard {
  readonly violations: string[] = [];
  writes = 0;
  /** Keys (`company/17`) of the records that an admin has detached and not attached since. */
  readonly detached = new Set<string>();
  readonly #history: PortalHistory;
  readonly #now: () => number;
  readonly #last = new Map<string, Stored>();
  /** All data that each record ever had, as JSON; for what merges hand over. */
  readonly #ever = new Map<string, Set<string>>();
  readonly #attachAllowed = new Set<string>();
  /** When each customer was last detached, by company id. */
  readonly #detachedAtMs = new Map<string, number>();
  readonly #deactivations = new Deactivations();

  constructor(history: PortalHistory, now: () => number) {
    this.#history = history;
    this.#now = now;
  }

  /** An admin asks for an attach, which may change a detached record until it is detached anew. */
  permitAttach(type: "company" | "deal", id: string): void {
    this.#attachAllowed.add(objectKey(type, id));
  }

  /** Something happened outside the table that never may. */
  complain(rule: string): void {
    this.violations.push(rule);
  }

  noteInvocation(processName: string, passId: string): void {
    this.#deactivations.noteInvocation(processName, passId);
  }

  /** Judges a pass that has ended. */
  judgePass(pass: Pass, brake: BrakeSettings): void {
    const gap = this.#deactivations.judgePass(pass, brake);
    if (gap !== undefined) this.complain(gap);
  }

  judge(record: Stored, process: SimProcess): void {
    const key = keyOf(record);
    const before = this.#last.get(key);
    if (isEqual(before, record)) return;
    const complain = (rule: string): void => {
      const story = `${key} rev ${record.revision} by ${process.name}: ${rule}`;
      this.violations.push(story);
      process.tell(`VIOLATION ${story}`);
    };
    this.writes += 1;
    process.tell(`writes ${describe(record)}`);
    this.#last.set(key, record);
    this.#remember(record);
    if (before !== undefined && isOlder(record, before)) complain("an older fence replaces a newer one");
    if (record.type === "contactTombstone") {
      if (before?.state === "erased" && record.state !== "erased") complain("an erased contact's tombstone changed");
      return;
    }
    if (before?.type === "contactTombstone") return;
    if (record.type === "customer" && record.state === "detached" && before?.state !== "detached")
      this.#detachedAtMs.set(record.companyId, this.#now());
    const isByAdmin = process.name.startsWith("admin edits") || process.name.startsWith("admin detaches");
    if (process.name.startsWith("admin detaches") && record.state === "detached" && before?.state !== "detached") {
      this.detached.add(objectKey(TYPE_OF[record.type], idOf(record)));
      this.#attachAllowed.delete(objectKey(TYPE_OF[record.type], idOf(record)));
    }
    this.#judgeState(record, before, complain);
    const gap = this.#deactivations.judge(record, before, process);
    if (gap !== undefined) complain(gap);
    if (!isByAdmin) this.#judgeSync(record, before, complain);
    if (record.type !== "contactPerson") this.#judgeUnique(record, complain);
  }

  #remember(record: Stored): void {
    if (record.type === "contactTombstone" || record.fields === undefined) return;
    const key = objectKey(TYPE_OF[record.type], idOf(record));
    const known = this.#ever.get(key) ?? new Set();
    this.#ever.set(key, known);
    known.add(JSON.stringify(record.fields));
    const number = record.type === "contactPerson" ? undefined : numberOf(record);
    if (number !== undefined) known.add(`number ${number}`);
    if (record.type === "project") known.add(`own ${JSON.stringify(record.own)}`);
  }

  #judgeState(record: SyncRecord, before: SyncRecord | undefined, complain: (rule: string) => void): void {
    const span = { fromMs: record.fence.readAtMs - LONGEST_LAG_MS, toMs: this.#now() };
    if (before?.state === "erased" && record.state !== "erased") complain("an erased contact person came back");
    if (record.type === "contactPerson") this.#judgeTombstoned(record, before, complain);
    if (record.state === "linked") this.#judgeLinked(record, span, complain);
    if (record.state === "deleted" && before?.state !== "deleted") this.#judgeDeleted(record, span, complain);
    if (record.state === "merged" && record.reason?.code === "absorbedBy" && before?.state !== "merged") {
      if (!this.#wasAbsorbed(record)) complain("a record became a pointer, but nothing was merged");
    }
    if ((record.state === "merged" || record.state === "erased") && record.fields !== undefined)
      complain(`a record that is ${record.state} has data`);
  }

  /** Between an erasure's tombstone and the erasing, who has read before may still write over what is about to go. */
  #judgeTombstoned(record: ContactPerson, before: SyncRecord | undefined, complain: (rule: string) => void): void {
    if (record.history.some(({ fields }) => fields.some(isPersonal))) complain("history holds personal data");
    const tombstone = this.#last.get(`contactTombstone ${record.contactId}`);
    if (tombstone?.state !== "erased" || record.fields === undefined || before === undefined) return;
    const isOnTheWay = before.state !== "erased" && record.fence.readAtMs < tombstone.fence.readAtMs;
    if (!isOnTheWay) complain("personal data of an erased contact was written over an existing record");
  }

  /** What a linked record says must have been readable between the read (with its lag) and now. */
  #judgeLinked(record: SyncRecord, span: TimeSpan, complain: (rule: string) => void): void {
    const key: ObjectKey = [TYPE_OF[record.type], idOf(record)];
    const stamp = record.fence.sourceUpdatedAtMs;
    const version = this.#history.contentsWithin(...key, span).find(({ updatedAtMs }) => updatedAtMs === stamp);
    if (version === undefined) return complain("its stamp is of no version that could be read at that time");
    if (!this.#hadLife(key, span, ["live"])) complain("it is linked, but its object was not live");
    if (!this.#isSaid(record, version, span)) complain("its data is not what that version says");
  }

  #isSaid(record: SyncRecord, version: Parameters<typeof expectCustomerFields>[0], span: TimeSpan): boolean {
    if (record.type === "customer") return isEqual(record.fields, expectCustomerFields(version));
    const linksThen = this.#history.linksWithin(TYPE_OF[record.type], version.id, span);
    if (record.type === "contactPerson")
      return linksThen.some((links) => {
        const link = links.find(({ toId }) => toId === record.companyId);
        return link !== undefined && isEqual(record.fields, expectPersonFields(version, link.isPrimary));
      });
    const description = (version.properties["dealname"] ?? "").trim();
    const companyId = record.fields?.companyId ?? "";
    const leading = this.#history.leadingTo("company", companyId);
    const wasPrimary = linksThen.some((links) => links.some(({ toId, isPrimary }) => isPrimary && leading.has(toId)));
    return record.fields?.description === description && wasPrimary;
  }

  #judgeDeleted(record: SyncRecord, span: TimeSpan, complain: (rule: string) => void): void {
    const { reason } = record;
    const key: ObjectKey = [TYPE_OF[record.type], idOf(record)];
    if (reason?.code === "deletedInHubSpot" && !this.#hadLife(key, span, ["archived"]))
      complain("it is inactive, but its object was not in the bin");
    if (reason?.code === "goneFromHubSpot" && !this.#wasGone(key, span))
      complain("it is inactive, but its object was there");
    if (reason?.code === "customerDeleted" && !this.#wasGone(["company", reason.companyId], { ...span, fromMs: 0 }))
      complain("it is inactive, but its company was never deleted");
    if (reason?.code === "notAssociated") {
      const linksThen = this.#history.linksWithin("contact", idOf(record), span);
      if (!linksThen.some((links) => links.every(({ toId }) => toId !== reason.companyId)))
        complain("it is inactive, but the contact was associated");
    }
  }

  #hadLife([type, id]: ObjectKey, span: TimeSpan, kinds: readonly Life["kind"][]): boolean {
    return this.#history.livesWithin(type, id, span).some(({ kind }) => kinds.includes(kind));
  }

  /** In the bin, erased, or merged into what is. */
  #wasGone([type, id]: ObjectKey, span: TimeSpan): boolean {
    return this.#history.livesWithin(type, id, span).some((life) => {
      if (life.kind !== "absorbed") return life.kind !== "live";
      return this.#wasGone([type, life.survivorId], span);
    });
  }

  #wasAbsorbed(record: SyncRecord): boolean {
    const ever = { fromMs: 0, toMs: this.#now() };
    const own = this.#hadLife([TYPE_OF[record.type], idOf(record)], ever, ["absorbed"]);
    return own || (record.type === "contactPerson" && this.#hadLife(["company", record.companyId], ever, ["absorbed"]));
  }

  /** What a sync must leave alone. */
  #judgeSync(record: SyncRecord, before: SyncRecord | undefined, complain: (rule: string) => void): void {
    const isLed = record.state === "linked";
    const isGone = record.type === "contactPerson" && record.reason?.code === "goneFromHubSpot";
    const isStripped = isGone || record.state === "merged" || record.state === "erased";
    if (isGone && record.fields !== undefined) complain("a contact that is not even in the bin left personal data");
    if (!isLed && !isStripped && !isEqual(record.fields, before?.fields) && !this.#isInherited(record, before))
      complain(`data changed although it is ${record.state}`);
    if (before?.state === "detached") this.#judgeDetached(record, before, complain);
    if (record.type === "contactPerson" || before?.type === "contactPerson") return;
    this.#judgeOwned(record, before, complain);
  }

  /** Who read before a detach, while the customer was attached, may still write what the attach brought. */
  #judgeDetached(record: SyncRecord, before: SyncRecord, complain: (rule: string) => void): void {
    if (record.type === "contactPerson") {
      const customer = this.#last.get(`customer ${record.companyId}`);
      // Nothing but an erasure reaches them: their own, or that of a contact which they were merged into.
      const isErased = record.state === "erased" || record.reason?.code === "goneFromHubSpot";
      const isOnTheWay = record.fence.readAtMs < (this.#detachedAtMs.get(record.companyId) ?? 0);
      if (customer?.state === "detached" && record.state !== "detached" && !isErased && !isOnTheWay)
        complain("a contact person of a detached customer changed");
      return;
    }
    if (this.#attachAllowed.has(objectKey(TYPE_OF[record.type], idOf(record)))) return;
    if (record.state !== "detached" || !isEqual(record.fields, before.fields))
      complain("a detached record changed although nobody attached it");
  }

  #judgeOwned(
    record: Customer | Project,
    before: Customer | Project | undefined,
    complain: (rule: string) => void,
  ): void {
    const [number, numberBefore] = [numberOf(record), before === undefined ? undefined : numberOf(before)];
    if (record.state === "merged") {
      if (numberBefore !== undefined) this.#judgeHandOver(record, complain);
      return;
    }
    if (numberBefore !== undefined && number !== numberBefore) complain("a sync changed its number");
    if (numberBefore === undefined && number !== undefined && number !== idOf(record)) {
      if (!this.#wasEver(record, `number ${number}`)) complain("a sync gave it a number out of nowhere");
    }
    if (record.type !== "project" || before?.type === "customer") return;
    if (before?.own !== undefined && !isEqual(record.own, before.own)) complain("a sync changed ZEP's own fields");
  }

  #judgeHandOver(record: Customer | Project, complain: (rule: string) => void): void {
    const { reason } = record;
    if (reason === undefined || !("survivorId" in reason)) return complain("a pointer leads nowhere");
    const survivor = this.#last.get(`${record.type} ${reason.survivorId}`);
    if (survivor === undefined) return complain("a record with data became a pointer to nothing");
    const hasTakenOver = survivor.state === "merged" || survivor.state === "detached" || "fields" in survivor;
    if (!hasTakenOver) complain("a record with data became a pointer before its survivor took over");
  }

  #isInherited(record: SyncRecord, before: SyncRecord | undefined): boolean {
    return before?.fields === undefined && this.#wasEver(record, JSON.stringify(record.fields));
  }

  /** Whether a record that leads to this one by merges ever had this. */
  #wasEver(record: SyncRecord, trait: string): boolean {
    const type = TYPE_OF[record.type];
    return [...this.#history.leadingTo(type, idOf(record))].some((id) =>
      this.#ever.get(objectKey(type, id))?.has(trait),
    );
  }

  #judgeUnique(record: Customer | Project, complain: (rule: string) => void): void {
    const number = numberOf(record);
    if (number === undefined || record.state === "merged") return;
    const type = TYPE_OF[record.type];
    for (const other of this.#last.values()) {
      if (other.type !== record.type || other.state === "merged" || idOf(other) === idOf(record)) continue;
      if (numberOf(other) !== number) continue;
      const isHandingOver =
        this.#history.leadingTo(type, idOf(record)).has(idOf(other)) ||
        this.#history.leadingTo(type, idOf(other)).has(idOf(record));
      if (!isHandingOver) complain(`number ${number} is held by ${idOf(other)} as well`);
    }
  }
}

function isPersonal(change: { readonly field: string; readonly from?: string; readonly to?: string }): boolean {
  const isState = change.field === "state" || change.field.startsWith("reason.");
  return !isState && (change.from !== undefined || change.to !== undefined);
}
