import { GeneratedPortal, type TypeCounts } from "../../../infra/local/hubspot-simulator/generated-portal.ts";
import type { SimType } from "../../../infra/local/hubspot-simulator/object-type.ts";
import { SAMPLE_IDENTITY } from "../../../infra/local/hubspot-simulator/server.ts";
import type { SimObject } from "../../../infra/local/hubspot-simulator/portal-source.ts";
import { decideContactPerson } from "../../../lib/domain/contact-person.ts";
import { decideCustomer } from "../../../lib/domain/customer.ts";
import { NO_HINT, type Decision } from "../../../lib/domain/decision.ts";
import type { CompanyLink } from "../../../lib/domain/hubspot-object.ts";
import { findPrimaryCompanyId, decideProject } from "../../../lib/domain/project.ts";
import type { ContactPerson, Customer, Project, RecordState } from "../../../lib/domain/record.ts";
import { createObjectMapping } from "../../../lib/hubspot/object-mapping.ts";
import type { RecordRange, RecordStreams } from "../../../lib/sync/ports.ts";
import { ALL_DEALS } from "../../fixtures/pass-world.ts";

/** When the records were last written: after the portal's objects were made, before any pass of a benchmark. */
const WRITTEN_AT_MS = Date.UTC(2026, 5, 1);

const CONTEXT = { settings: ALL_DEALS, hint: NO_HINT, cause: "pass", nowMs: WRITTEN_AT_MS } as const;

/**
 * A generated portal and the records that it should have, both computed as they are asked for, so that a pass over
 * millions of them measures the pass. The records are made by the product's own rules.
 */
export class GeneratedRecords {
  readonly portal: GeneratedPortal;
  readonly counts: TypeCounts;
  readonly #mapping = createObjectMapping(ALL_DEALS.exclusion.property);

  constructor(counts: TypeCounts, now: () => number, stretch?: number) {
    this.counts = counts;
    this.portal = new GeneratedPortal({ identity: SAMPLE_IDENTITY, now, counts, stretch });
  }

  /** Ids of a type in ascending order, above `afterId`. */
  *idsAfter(type: SimType, afterId: string | undefined): Generator<string, void, void> {
    const behind = afterId === undefined ? 0 : Math.floor(this.portal.placeOf(type, afterId)) + 1;
    for (let number = Math.max(0, behind); number < this.counts[type]; number += 1)
      yield this.portal.idAt(type, number);
  }

  customer(companyId: string): Customer | undefined {
    const found = this.portal.findObject("company", companyId);
    if (found === undefined) return undefined;
    const observed = observe(this.#mapping.company(toWire(found)));
    const decision = decideCustomer({ companyId, observed, stored: undefined, context: CONTEXT });
    return { ...written(decision), isFollowUpDue: false };
  }

  /** Companies whose customers are in a state other than linked: the rules leave no state but one to a live company. */
  *customerIds(state: RecordState): Generator<string, void, void> {
    if (state !== "excluded") return;
    for (const id of this.idsAfter("company", undefined)) if (this.customer(id)?.state === state) yield id;
  }

  contactPersons(contactId: string): readonly ContactPerson[] {
    const found = this.portal.findObject("contact", contactId);
    if (found === undefined) return [];
    const observed = observe(this.#mapping.contact(toWire(found)));
    const links = this.#linksOf("contact", contactId);
    return links.map(({ companyId }) => {
      const customer = this.customer(companyId);
      const stored = undefined;
      const tombstone = undefined;
      return written(
        decideContactPerson({ contactId, companyId, observed, links, stored, tombstone, customer, context: CONTEXT }),
      );
    });
  }

  project(dealId: string): Project | undefined {
    const found = this.portal.findObject("deal", dealId);
    if (found === undefined) return undefined;
    const observed = observe(this.#mapping.deal(toWire(found)));
    const links = this.#linksOf("deal", dealId);
    const primaryId = findPrimaryCompanyId(links);
    const customer = primaryId === undefined ? undefined : this.customer(primaryId);
    return written(decideProject({ dealId, observed, links, stored: undefined, customer, context: CONTEXT }));
  }

  #linksOf(type: "contact" | "deal", id: string): readonly CompanyLink[] {
    const links = this.portal.listLinks({ type, id, toType: "company", asOfMs: WRITTEN_AT_MS });
    return links.map(({ toId, isPrimary }) => ({ companyId: toId, isPrimary }));
  }
}

/** The records as a pass streams them, without a table in between. */
export function streamGenerated(records: GeneratedRecords): RecordStreams {
  return {
    streamCustomers: (range) => inRange(records, { type: "company", range }, (id) => present(records.customer(id))),
    streamProjects: (range) => inRange(records, { type: "deal", range }, (id) => present(records.project(id))),
    streamContacts: (range) =>
      inRange(records, { type: "contact", range }, (contactId) => {
        const persons = records.contactPersons(contactId);
        return persons.length === 0 ? [] : [{ contactId, persons }];
      }),
    streamCustomerIds: (state) => customerIds(records, state),
  };
}

async function* inRange<R>(
  records: GeneratedRecords,
  { type, range }: { readonly type: SimType; readonly range: RecordRange },
  recordsOf: (id: string) => readonly R[],
): AsyncGenerator<R, void, void> {
  for (const id of records.idsAfter(type, range.afterId)) {
    if (range.toId !== undefined && Number(id) > Number(range.toId)) return;
    yield* recordsOf(id);
  }
}

/** A record as a list of one, or none. */
export function present<R>(record: R | undefined): readonly R[] {
  return record === undefined ? [] : [record];
}

async function* customerIds(records: GeneratedRecords, state: RecordState): AsyncGenerator<string, void, void> {
  yield* records.customerIds(state);
}

function toWire({ id, properties, updatedAtMs }: SimObject) {
  return { id, properties, updatedAt: new Date(updatedAtMs) };
}

function observe<T>(object: T) {
  return { kind: "live", readAtMs: WRITTEN_AT_MS, object } as const;
}

function written<R>(decision: Decision<R>): R {
  if (decision.kind !== "write") throw new Error("the rules make no record of a generated object");
  return decision.record;
}
