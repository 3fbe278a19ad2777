import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeContactItem, decodeCustomer, decodeProject } from "../../lib/dynamodb/decode-record.ts";
import { encodeRecord } from "../../lib/dynamodb/encode-record.ts";
import { packHistory, unpackHistory } from "../../lib/dynamodb/history-codec.ts";
import type { HistoryEntry } from "../../lib/domain/record.ts";
import { anyContactPerson, anyCustomer, anyProject, anyTombstone } from "../fixtures/arbitrary-records.ts";
import { sizeOfItem, writeUnitsOf } from "../fixtures/dynamodb-units.ts";
import { sampleCustomer, samplePerson, sampleProject, sampleTombstone } from "../fixtures/sample-records.ts";

/** Twenty changes as a busy customer sees them. */
const BUSY_HISTORY: readonly HistoryEntry[] = Array.from({ length: 20 }, (_, index) => ({
  atMs: 1_790_000_000_000 - index * 3_777_123,
  cause: index % 7 === 0 ? "pass" : "event",
  fields: [
    {
      field: ["name", "phone", "remark", "address.city"][index % 4] ?? "",
      from: `old value ${index}`,
      to: `new ${index}`,
    },
  ],
}));

describe("decodeCustomer", () => {
  it("gives back every customer that encodeRecord encoded", () => {
    fc.assert(
      fc.property(anyCustomer, (record) => {
        expect(decodeCustomer(encodeRecord(record))).toEqual(record);
      }),
    );
  });

  it("names the key and the attribute, and no value, when an attribute is malformed", () => {
    const item = encodeRecord(sampleCustomer("42"));
    const { pk } = item;
    expect(() => decodeCustomer({ ...item, state: { S: "secret@example.com" } })).toThrow(
      expect.objectContaining({
        code: "badAnswer",
        message: `Item ${pk?.S}/00000000000000000042 of the table cannot be read: attribute state is missing or malformed`,
      }),
    );
  });

  it.each(["revision", "sourceUpdatedAtMs", "readAtMs", "createdAtMs", "changedAtMs", "state", "sk"])(
    "refuses an item without %s",
    (attribute) => {
      const { [attribute]: _, ...rest } = encodeRecord(sampleCustomer("42"));
      expect(() => decodeCustomer(rest)).toThrow(expect.objectContaining({ code: "badAnswer" }));
    },
  );

  it("refuses history it cannot unpack", () => {
    const item = { ...encodeRecord(sampleCustomer("42")), history: { B: new Uint8Array([1, 255, 255]) } };
    expect(() => decodeCustomer(item)).toThrow(expect.objectContaining({ code: "badAnswer" }));
  });

  it("refuses a reason it does not know", () => {
    const item = { ...encodeRecord(sampleCustomer("42")), reason: { M: { code: { S: "constructor" } } } };
    expect(() => decodeCustomer(item)).toThrow(expect.objectContaining({ code: "badAnswer" }));
  });
});

describe("decodeContactItem", () => {
  it("gives back every contact person", () => {
    fc.assert(
      fc.property(anyContactPerson, (record) => {
        expect(decodeContactItem(encodeRecord(record))).toEqual(record);
      }),
    );
  });

  it("gives back every tombstone", () => {
    fc.assert(
      fc.property(anyTombstone, (record) => {
        expect(decodeContactItem(encodeRecord(record))).toEqual(record);
      }),
    );
  });
});

describe("decodeProject", () => {
  it("gives back every project", () => {
    fc.assert(
      fc.property(anyProject, (record) => {
        expect(decodeProject(encodeRecord(record))).toEqual(record);
      }),
    );
  });
});

describe("encodeRecord", () => {
  it("keeps a customer with a full history within one write unit", () => {
    const item = encodeRecord(sampleCustomer("9876543210", { history: BUSY_HISTORY, revision: 21 }));
    expect(sizeOfItem(item)).toBeLessThanOrEqual(1024);
    expect(writeUnitsOf(item, item)).toBe(1);
  });

  it("puts a linked customer into no index", () => {
    expect(Object.keys(encodeRecord(sampleCustomer("1")))).not.toContain("stateKey");
    expect(Object.keys(encodeRecord(sampleCustomer("1")))).not.toContain("customerKey");
  });

  it("puts a record that is not linked into the index by state", () => {
    const item = encodeRecord(samplePerson("7", "5", { state: "waiting", reason: { code: "noCompany" } }));
    expect(item["stateKey"]?.S).toMatch(/^contactPerson#waiting#[0-3]$/u);
    expect(item["stateSort"]).toEqual(item["sk"]);
  });

  it("puts a project under the company it depends on, not the one it still shows", () => {
    const item = encodeRecord(sampleProject("7", "5", { dependsOnCompanyId: "6" }));
    expect(item["customerKey"]).toEqual({ S: "customer#6" });
  });

  it("puts a project that depends on nothing under the company it shows", () => {
    const { dependsOnCompanyId: _, ...project } = sampleProject("7", "5");
    expect(encodeRecord(project)["customerKey"]).toEqual({ S: "customer#5" });
  });

  it("puts a project without any company under none", () => {
    const { dependsOnCompanyId: _, fields: __, ...project } = sampleProject("7", "5");
    expect(encodeRecord(project)["customerKey"]).toBeUndefined();
  });

  it("puts a merged contact's tombstone into the index, under its survivor", () => {
    const { customerKey, customerSort } = encodeRecord(sampleTombstone("7", { state: "merged", mergedInto: "9" }));
    expect({ customerKey, customerSort }).toEqual({
      customerKey: { S: "survivor#9" },
      customerSort: { S: "00000000000000000007" },
    });
  });

  it("puts any other tombstone into no index and stores nothing but its id, state and fence", () => {
    expect(Object.keys(encodeRecord(sampleTombstone("7"))).toSorted()).toEqual(
      ["pk", "readAtMs", "revision", "sk", "sourceUpdatedAtMs", "state"].toSorted(),
    );
  });
});

describe("unpackHistory", () => {
  it("packs twenty changes into less than half of what JSON takes", () => {
    const packed = packHistory(BUSY_HISTORY);
    expect(unpackHistory(packed)).toEqual(BUSY_HISTORY);
    expect(packed.length).toBeLessThan(JSON.stringify(BUSY_HISTORY).length / 2);
  });

  it("still reads bytes packed before (change VERSION together with the dictionary)", () => {
    const packed = Buffer.from(PACKED_BY_VERSION_1, "base64");
    expect(unpackHistory(packed)).toEqual([
      { atMs: 1_790_000_000_000, cause: "event", fields: [{ field: "name", from: "A", to: "B" }] },
    ]);
  });
});

const PACKED_BY_VERSION_1 = "AYuONjS3NIADHSQpiIFKjko6Sk5KsbGxsQA=";
