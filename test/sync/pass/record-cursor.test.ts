import { describe, expect, it } from "vitest";
import { createLane, type ListLane } from "../../../lib/domain/list-lane.ts";
import type { RecordRange, RecordStreams } from "../../../lib/sync/ports.ts";
import { RecordCursor } from "../../../lib/sync/pass/record-cursor.ts";
import { sampleCustomer, samplePerson, sampleProject } from "../../fixtures/sample-records.ts";

const CUSTOMERS = ["9", "10", "11", "200"].map((id) => sampleCustomer(id));
const CONTACT = { contactId: "5", persons: [samplePerson("5", "9")] };
const PROJECT = sampleProject("6", "9");

/** Streams that remember which ranges were asked for, how many records were taken, and whether somebody closed them. */
function openStreams() {
  const ranges: RecordRange[] = [];
  const seen = { ranges, taken: 0, isClosed: false };
  async function* stream<T>(items: readonly T[], range: RecordRange): AsyncGenerator<T, void, void> {
    seen.ranges.push(range);
    try {
      for (const item of items) {
        seen.taken += 1;
        yield item;
      }
    } finally {
      seen.isClosed = true;
    }
  }
  const streams: RecordStreams = {
    streamCustomers: (range) => stream(CUSTOMERS, range),
    streamContacts: (range) => stream([CONTACT], range),
    streamProjects: (range) => stream([PROJECT], range),
    streamCustomerIds: () => stream<string>([], {}),
  };
  return { seen, streams };
}

const takeAll = (type: ListLane["type"]) =>
  new RecordCursor(openStreams().streams, () => createLane(type)).takeUntil(undefined);

const idsOf = async (cursor: RecordCursor, lastId?: string): Promise<readonly string[]> =>
  (await cursor.takeUntil(lastId)).map(({ id }) => id);

describe("RecordCursor", () => {
  it("takes records up to and with an id, each once, and reads one ahead at most", async () => {
    const { seen, streams } = openStreams();
    const cursor = new RecordCursor(streams, () => createLane("company"));
    expect(await idsOf(cursor, "8")).toEqual([]);
    expect(await idsOf(cursor, "10")).toEqual(["9", "10"]);
    expect(seen.taken).toBe(3);
    expect(await idsOf(cursor, "10")).toEqual([]);
    expect(await idsOf(cursor, "11")).toEqual(["11"]);
    expect(await idsOf(cursor)).toEqual(["200"]);
    expect(await idsOf(cursor)).toEqual([]);
  });

  it("takes what is stored of each type", async () => {
    expect(await takeAll("company")).toEqual(
      CUSTOMERS.map((customer) => ({ kind: "company", id: customer.companyId, customer })),
    );
    expect(await takeAll("contact")).toEqual([{ kind: "contact", id: "5", contact: CONTACT }]);
    expect(await takeAll("deal")).toEqual([{ kind: "deal", id: "6", project: PROJECT }]);
  });

  it("begins where the lane is done, and ends where it ends by then", async () => {
    const { seen, streams } = openStreams();
    let lane: ListLane = { ...createLane("company"), doneId: "8", toId: "300" };
    const cursor = new RecordCursor(streams, () => lane);
    await cursor.takeUntil("9");
    const [range] = seen.ranges;
    expect(range).toEqual({ afterId: "8", toId: "300" });
    lane = { ...lane, doneId: "9", toId: "100" };
    expect(range).toEqual({ afterId: "8", toId: "100" });
  });

  it("asks for all records of a lane without bounds", async () => {
    const { seen, streams } = openStreams();
    await new RecordCursor(streams, () => createLane("deal")).takeUntil(undefined);
    expect(seen.ranges).toHaveLength(1);
    expect(seen.ranges[0]).not.toHaveProperty("afterId");
  });

  it("ends the stream when it is closed", async () => {
    const { seen, streams } = openStreams();
    const cursor = new RecordCursor(streams, () => createLane("company"));
    await cursor.takeUntil("9");
    expect(seen.isClosed).toBe(false);
    await cursor.close();
    expect(seen.isClosed).toBe(true);
  });
});
