import { describe, expect, it } from "vitest";
import { queryPage, queryPages } from "../../lib/dynamodb/query-pages.ts";
import { createWiredClient } from "../bench/pass/generated-table.ts";

/** A partition with an item for each number; a page holds ten. */
function createTable() {
  const requests: string[] = [];
  const client = createWiredClient((_target, body) => {
    requests.push(body);
    const startKey: unknown = JSON.parse(body).ExclusiveStartKey;
    const first = startKey === undefined ? 10 : Number(Object(startKey).sk.S) + 1;
    const items = Array.from({ length: 10 }, (_, index) => ({ pk: { S: "p" }, sk: { S: String(first + index) } }));
    return JSON.stringify({ Items: items, LastEvaluatedKey: items.at(-1) });
  });
  return { requests, table: { client, tableName: "records" } };
}

describe("queryPages", () => {
  it("asks for no page behind an upper bound that became lower meanwhile", async () => {
    const { requests, table } = createTable();
    let to = "99";
    const query = {
      partition: "p",
      from: "0",
      get to() {
        return to;
      },
      attributes: ["pk", "sk"],
    };
    for await (const page of queryPages(table, query)) {
      expect(page).toHaveLength(10);
      if (requests.length === 2) to = "25";
    }
    expect(requests).toHaveLength(2);
  });
});

describe("queryPage", () => {
  it("turns bytes into a Uint8Array, also beside texts that look like them", async () => {
    const wire = { sk: { S: '"B":"' }, history: { B: Buffer.from("ab").toString("base64") } };
    const client = createWiredClient(() => JSON.stringify({ Items: [wire] }));
    const page = await queryPage({ client, tableName: "records" }, { partition: "p", from: "0", to: "9" });
    expect(page.items).toEqual([{ sk: { S: '"B":"' }, history: { B: Uint8Array.of(97, 98) } }]);
  });

  it("hands out items without bytes as they are on the wire", async () => {
    const wire = { sk: { S: '"B":"' }, count: { N: "7" }, isDue: { BOOL: true } };
    const client = createWiredClient(() => JSON.stringify({ Items: [wire], LastEvaluatedKey: { sk: wire.sk } }));
    const page = await queryPage({ client, tableName: "records" }, { partition: "p", from: "0", to: "9" });
    expect(page).toEqual({ items: [wire], lastKey: { sk: wire.sk } });
  });
});
