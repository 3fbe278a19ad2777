import { compareIds } from "../../domain/merge.ts";
import type { ListLane } from "../../domain/list-lane.ts";
import type { Customer, Project } from "../../domain/record.ts";
import type { RecordStreams, StoredContact } from "../ports.ts";

/** What is stored of one object. */
export type StoredObject =
  | { readonly kind: "company"; readonly id: string; readonly customer: Customer }
  | { readonly kind: "contact"; readonly id: string; readonly contact: StoredContact }
  | { readonly kind: "deal"; readonly id: string; readonly project: Project };

/** Goes through the records of a lane, as far as its list pages go. */
export class RecordCursor {
  readonly #records: AsyncGenerator<StoredObject, undefined>;
  #next: StoredObject | undefined;

  /** @param laneNow the lane as it is now: while it is gone through, its end may be cut off */
  constructor(streams: RecordStreams, laneNow: () => ListLane) {
    this.#records = openStream(streams, laneNow);
  }

  /** All records up to and with this id that were not taken yet; without an id, all that are left. */
  async takeUntil(lastId: string | undefined): Promise<readonly StoredObject[]> {
    const taken: StoredObject[] = [];
    for (;;) {
      const record = this.#next ?? (await this.#records.next()).value;
      this.#next = record;
      if (record === undefined) return taken;
      if (lastId !== undefined && compareIds(record.id, lastId) > 0) return taken;
      taken.push(record);
      this.#next = undefined;
    }
  }

  async close(): Promise<void> {
    await this.#records.return(undefined);
  }
}

async function* openStream(streams: RecordStreams, laneNow: () => ListLane): AsyncGenerator<StoredObject, undefined> {
  const { type, doneId } = laneNow();
  const range = {
    ...(doneId !== undefined && { afterId: doneId }),
    get toId() {
      return laneNow().toId;
    },
  };
  switch (type) {
    case "company":
      for await (const customer of streams.streamCustomers(range))
        yield { kind: "company", id: customer.companyId, customer };
      return;
    case "contact":
      for await (const contact of streams.streamContacts(range))
        yield { kind: "contact", id: contact.contactId, contact };
      return;
    case "deal":
      for await (const project of streams.streamProjects(range)) yield { kind: "deal", id: project.dealId, project };
  }
}
