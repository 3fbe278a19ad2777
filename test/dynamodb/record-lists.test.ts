import { QueryCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import { encodeRecord } from "../../lib/dynamodb/encode-record.ts";
import { createRecordStore } from "../../lib/dynamodb/record-store.ts";
import { sampleCustomer } from "../fixtures/sample-records.ts";

/** A table with an endless partition: each page goes on from where the last one ended. */
function createEndlessTable(): {
  readonly pages: () => number;
  readonly client: { send: (command: unknown) => Promise<unknown> };
} {
  let pages = 0;
  const send = async (command: unknown): Promise<unknown> => {
    if (!(command instanceof QueryCommand)) throw new Error("unexpected command");
    const { ExpressionAttributeValues: values, ExclusiveStartKey: startKey, Limit: limit = 0 } = command.input;
    if (values?.[":pk"]?.S !== "customer#00") return { Items: [] };
    pages += 1;
    const first = Number(startKey?.["sk"]?.S ?? 0) + 1;
    const items = Array.from({ length: limit }, (_, index) => encodeRecord(sampleCustomer(String(first + index))));
    const last = items.at(-1);
    return { Items: items, LastEvaluatedKey: { pk: last?.["pk"], sk: last?.["sk"] } };
  };
  return { pages: () => pages, client: { send } };
}

describe("listRecords", () => {
  it("stops a search that finds nothing after a bounded number of records, with a cursor that goes on", async () => {
    const { client } = createEndlessTable();
    const store = createRecordStore({ client, tableName: "records" });
    const page = await store.listCustomers({ prefix: "nobody", limit: 5 });
    expect(page.items).toEqual([]);
    expect(Buffer.from(page.cursor ?? "", "base64url").toString()).toBe(`customer:${"10000".padStart(20, "0")}`);
  });

  it("reads few records for a short page", async () => {
    const { client, pages } = createEndlessTable();
    const store = createRecordStore({ client, tableName: "records" });
    const page = await store.listCustomers({ limit: 5 });
    expect(page.items.map(({ companyId }) => companyId)).toEqual(["1", "2", "3", "4", "5"]);
    expect(pages()).toBeLessThanOrEqual(2);
  });
});
