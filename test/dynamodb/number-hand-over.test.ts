import { randomUUID } from "node:crypto";
import {
  DynamoDBClient,
  GetItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handOverNumber } from "../../lib/dynamodb/number-hand-over.ts";
import { createRecordStore } from "../../lib/dynamodb/record-store.ts";
import { ensureTable } from "../../lib/dynamodb/table-definition.ts";
import { applyChanges } from "../../lib/sync/apply-changes.ts";
import type { NumberKind, RecordStore } from "../../lib/sync/ports.ts";
import type { Table } from "../../lib/dynamodb/table-requests.ts";
import { startRecordedTable, type RecordedTable } from "../bench/recorder/recorded-table.ts";
import { sampleCompany, sampleDeal, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { change, createSyncWorld } from "../fixtures/sync-world.ts";
import { sampleCustomer, sampleUntransferred } from "../fixtures/sample-records.ts";

const HAND_OVER = {
  survivor: sampleCustomer("90", { customerNumber: "K-1" }),
  pointer: sampleUntransferred("1", {
    state: "merged",
    reason: { code: "absorbedBy", survivorId: "90" },
    revision: 2,
  }),
  claim: { kind: "customerNumber", number: "K-1", holderId: "90", takeFrom: "1", atMs: 20 },
} as const;

/** A table whose transactions are cancelled with these codes, and which holds nothing. */
function cancelWith(...codes: readonly string[]): Table {
  const CancellationReasons = codes.map((code) => ({ Code: code }));
  const send = async (command: unknown): Promise<object> => {
    if (command instanceof GetItemCommand) return {};
    if (!(command instanceof TransactWriteItemsCommand)) throw new Error("unexpected command");
    throw new TransactionCanceledException({ message: "cancelled", CancellationReasons, $metadata: {} });
  };
  return { client: { send }, tableName: "records" };
}

describe("handOverNumber", () => {
  it.each([
    ["another request is at work on an item", "TransactionConflict", { name: "RetryableError", code: "locked" }],
    ["DynamoDB is too slow", "ThrottlingError", { name: "RetryableError", code: "throttled" }],
    ["a partition is hot", "ProvisionedThroughputExceeded", { name: "RetryableError", code: "throttled" }],
    ["an item is not valid", "ValidationError", { name: "NonRetryableError", code: "refused" }],
  ])("fails when %s", async (_case, code, failure) => {
    await expect(handOverNumber(cancelWith("None", code, "None"), HAND_OVER)).rejects.toMatchObject(failure);
  });

  it("counts as refused by the item that will never fit, also while another is throttled", async () => {
    const handedOver = handOverNumber(cancelWith("ThrottlingError", "ValidationError", "None"), HAND_OVER);
    await expect(handedOver).rejects.toMatchObject({ name: "NonRetryableError", code: "refused" });
  });

  it("is a conflict when the number was somebody else's and is free by now", async () => {
    const table = cancelWith("None", "None", "ConditionalCheckFailed");
    expect(await handOverNumber(table, HAND_OVER)).toEqual({ kind: "conflict" });
  });

  describe("on a server that knows no transactions", () => {
    const server = dynalite({ createTableMs: 0 });
    let client: DynamoDBClient;
    let store: RecordStore;
    beforeAll(async () => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("dynalite listens on no port");
      const credentials = { accessKeyId: "local", secretAccessKey: "local" };
      client = new DynamoDBClient({
        endpoint: `http://127.0.0.1:${address.port}`,
        region: "eu-central-1",
        credentials,
      });
    });
    beforeEach(async () => {
      const tableName = `records-${randomUUID()}`;
      await ensureTable(client, tableName);
      store = createRecordStore({ client, tableName });
    });
    afterAll(async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    const hold = async (): Promise<void> => {
      await store.write(sampleCustomer("1", { customerNumber: "K-1" }));
      await store.reserveNumber({ kind: "customerNumber", number: "K-1", holderId: "1", atMs: 10 });
    };
    const holderOf = async (kind: NumberKind, number: string): Promise<string | undefined> => {
      const claim = { kind, number, holderId: "7", atMs: 1 };
      const answer = await store.reserveNumber(claim);
      return answer.kind === "taken" ? answer.holderId : undefined;
    };

    it("moves the number step by step", async () => {
      await hold();
      expect(await store.handOver(HAND_OVER)).toEqual({ kind: "written" });
      expect(await store.readCustomers(["1", "90"])).toMatchObject(
        new Map<string, object>([
          ["1", { state: "merged" }],
          ["90", { customerNumber: "K-1" }],
        ]),
      );
      expect(await holderOf("customerNumber", "K-1")).toBe("90");
    });

    it("gives the number back when the survivor is there already", async () => {
      await hold();
      await store.write(sampleCustomer("90", { customerNumber: "90" }));
      expect(await store.handOver(HAND_OVER)).toEqual({ kind: "conflict" });
      expect(await store.readCustomers(["1"])).toMatchObject(new Map([["1", { state: "linked" }]]));
      expect(await holderOf("customerNumber", "K-1")).toBe("1");
    });

    it("changes nothing when the number is somebody else's", async () => {
      await hold();
      const claim = { ...HAND_OVER.claim, takeFrom: "8" };
      expect(await store.handOver({ ...HAND_OVER, claim })).toMatchObject({ kind: "taken", holderId: "1" });
      expect(await store.readCustomers(["90"])).toEqual(new Map());
    });

    it("lets merges of companies and deals end right", async () => {
      const { hubspot, ports } = createSyncWorld();
      const run = { ...ports, store, cause: "event" } as const;
      const apply = (type: "company" | "deal", id: string) =>
        applyChanges(run, [change(type, id, { merged: ports.clock.now() })], "test");
      hubspot.putCompany(sampleCompany("1"));
      hubspot.putDeal(sampleDeal("5"), "1");
      await apply("deal", "5");
      const later = { updatedAtMs: UPDATED_AT_MS + 30_000 };
      hubspot.mergeCompanies(["1"], sampleCompany("90", later));
      hubspot.mergeDeals(["5"], sampleDeal("95", later), "90");
      await apply("company", "90");
      await apply("deal", "95");
      expect((await store.readCustomers(["90"])).get("90")).toMatchObject({ state: "linked", customerNumber: "1" });
      expect((await store.readCustomers(["1"])).get("1")).toMatchObject({ state: "merged" });
      expect((await store.readProjects(["95"])).get("95")).toMatchObject({ state: "linked", shortForm: "5" });
      expect((await store.readProjects(["5"])).get("5")).toMatchObject({ state: "merged" });
      expect([await holderOf("customerNumber", "1"), await holderOf("shortForm", "5")]).toEqual(["90", "95"]);
    });
  });

  describe("on DynamoDB", () => {
    let table: RecordedTable;
    beforeAll(async () => {
      table = await startRecordedTable();
    });
    afterAll(() => table.stop());

    it("is one request, and costs two write units for each of its three items", async () => {
      const reported: number[] = [];
      const store = createRecordStore({ ...table, onUnits: ({ write }) => void reported.push(write) });
      await store.write(sampleCustomer("1", { customerNumber: "K-1" }));
      await store.reserveNumber({ kind: "customerNumber", number: "K-1", holderId: "1", atMs: 10 });
      table.recorder.take();
      reported.length = 0;
      expect(await store.handOver(HAND_OVER)).toEqual({ kind: "written" });
      expect(table.recorder.take().units).toMatchObject({ requests: 1, write: 6, failed: 0, read: 0 });
      expect(reported).toEqual([2, 2, 2]);
    });
  });
});
