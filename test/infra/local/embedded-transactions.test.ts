import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRecordStore } from "../../../lib/dynamodb/record-store.ts";
import { startDynamoDbFixture } from "../../fixtures/embedded-dynamodb.ts";
import { sampleCustomer, sampleUntransferred } from "../../fixtures/sample-records.ts";

let dynamoDb: Awaited<ReturnType<typeof startDynamoDbFixture>>;
beforeAll(async () => {
  dynamoDb = await startDynamoDbFixture();
});
afterAll(() => dynamoDb.stop());

const survivorOf = (id: string): string => `90${id}`;

describe("addTransactions", () => {
  it("shows nobody half of a transaction, nor anything of one that is cancelled", async () => {
    const store = createRecordStore({ client: dynamoDb.client, tableName: await dynamoDb.createTable() });
    const ids = Array.from({ length: 20 }, (_, index) => String(index + 1));
    await Promise.all(
      ids.map(async (id) => {
        await store.write(sampleCustomer(id));
        await store.reserveNumber({ kind: "customerNumber", number: id, holderId: id, atMs: 1 });
      }),
    );
    const handOver = (id: string, index: number) =>
      store.handOver({
        survivor: sampleCustomer(survivorOf(id), { customerNumber: id }),
        pointer: sampleUntransferred(id, { state: "merged", revision: 2 }),
        // Every second one is cancelled for its last item.
        claim: {
          kind: "customerNumber",
          number: id,
          holderId: survivorOf(id),
          takeFrom: index % 2 === 0 ? id : "7777",
          atMs: 2,
        },
      });
    const outcomeOf = (index: number): object =>
      index % 2 === 0 ? { kind: "written" } : { kind: "taken", holderId: ids[index], reservedAtMs: 1 };
    const listCarriers = async (): Promise<readonly string[]> => {
      const customers = await store.readCustomers([...ids, ...ids.map(survivorOf)]);
      return [...customers.values()].flatMap(({ customerNumber: number }) => number ?? []).toSorted();
    };
    const progress = { isOver: false };
    const look = async (): Promise<void> => {
      while (!progress.isOver) expect(await listCarriers()).toEqual(ids.toSorted());
    };
    const transact = async (): Promise<void> => {
      for (const [index, id] of ids.entries()) expect(await handOver(id, index)).toEqual(outcomeOf(index));
      progress.isOver = true;
    };
    await Promise.all([look(), look(), transact()]);
    expect(await listCarriers()).toEqual(ids.toSorted());
    const pointers = [...(await store.readCustomers(ids)).values()].filter(({ state }) => state === "merged");
    expect(pointers).toHaveLength(10);
  });
});
