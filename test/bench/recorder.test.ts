import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { createRecordStore } from "../../lib/dynamodb/record-store.ts";
import { sampleCustomer } from "../fixtures/sample-records.ts";
import { describeCall } from "./recorder/hubspot-recorder.ts";
import { RecordedQueue } from "./recorder/recorded-queue.ts";
import { startRecordedTable, type RecordedTable } from "./recorder/recorded-table.ts";

describe("startRecordedTable", () => {
  let table: RecordedTable;
  beforeAll(async () => {
    table = await startRecordedTable();
  });
  afterAll(() => table.stop());

  it("counts what writes and reads are billed, a failed condition and a read of nothing included", async () => {
    const store = createRecordStore(table);
    const customer = sampleCustomer("1");
    table.recorder.take();
    await store.write(customer);
    expect(table.recorder.take().units).toMatchObject({ requests: 1, write: 1, index: 0, failed: 0, read: 0 });
    await store.write({ ...customer, revision: 2, state: "excluded" });
    expect(table.recorder.take().units).toMatchObject({ write: 1, index: 1 });
    expect(await store.write({ ...customer, revision: 2 })).toBe("conflict");
    expect(table.recorder.take().units).toMatchObject({ write: 0, failed: 1, read: 1 });
    await store.readCustomers(["1", "404"]);
    expect(table.recorder.take().units).toMatchObject({ requests: 1, read: 2 });
  });

  it("tells each write with its key and size", async () => {
    const store = createRecordStore(table);
    await store.write(sampleCustomer("2"));
    const [write] = table.recorder.take().writes;
    expect(write).toMatchObject({ sk: "00000000000000000002", isHeld: true, isNew: true, write: 1 });
    expect(write?.bytes).toBeGreaterThan(100);
  });
});

describe("RecordedQueue", () => {
  it("counts a real client's requests and delivers when the delay is over", async () => {
    let nowMs = 0;
    const queue = new RecordedQueue({ now: () => nowMs, delaySeconds: 2 });
    await queue.client.send(new SendMessageCommand({ QueueUrl: queue.queueUrl, MessageBody: "größer" }));
    expect(queue.take()).toEqual({ requests: 1, bytes: 8 });
    expect(queue.take()).toEqual({ requests: 0, bytes: 0 });
    expect(queue.receive(10).Records).toEqual([]);
    nowMs = 2_000;
    const { Records: records } = queue.receive(10);
    expect(records.map(({ body }) => body)).toEqual(["größer"]);
    queue.delete(records.map(({ messageId }) => messageId));
    expect(queue.nextVisibleAtMs).toBeUndefined();
  });
});

describe("describeCall", () => {
  it.each([
    ["/crm/objects/2026-09/deals/batch/read?archived=true", "batchRead", "deals", true],
    ["/crm/associations/2026-09/contacts/companies/batch/read", "associations", "contacts", false],
  ])("of %s is a call of kind %s", (path, ...[kind, objects, isArchived]) => {
    const call = describeCall(`https://api.hubapi.com${path}`, '{"inputs":[{"id":"1"},{"id":"2"}]}');
    expect(call).toEqual({ kind, objects, isArchived, ids: ["1", "2"] });
  });
});
