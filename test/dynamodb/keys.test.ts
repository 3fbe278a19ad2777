import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  contactPersonKey,
  isHubSpotId,
  padId,
  parseSortKey,
  recordKey,
  reservationKey,
  SHARDS,
  shardOf,
  sortKeyRange,
  tombstoneKey,
  unpadId,
} from "../../lib/dynamodb/keys.ts";
import { NonRetryableError } from "../../lib/sync/errors.ts";

const id = fc.bigInt({ min: 0n, max: 10n ** 20n - 1n }).map(String);

function isBefore(left: string, right: string): boolean {
  return BigInt(left) < BigInt(right);
}

describe("padId", () => {
  it("sorts as the numbers do", () => {
    fc.assert(
      fc.property(id, id, (left, right) => {
        expect(padId(left) < padId(right)).toBe(isBefore(left, right));
      }),
    );
  });

  it("comes back through unpadId", () => {
    fc.assert(
      fc.property(id, (text) => {
        expect(unpadId(padId(text))).toBe(text);
      }),
    );
  });

  it.each(["", "007", "-1", "1.5", "1e3", "abc", "123456789012345678901", "１２"])("refuses %j", (text) => {
    expect(isHubSpotId(text)).toBe(false);
    expect(() => padId(text)).toThrow(expect.objectContaining({ code: "refused" }));
  });
});

describe("isHubSpotId", () => {
  it("holds for exactly the texts of whole numbers of up to 20 digits, and padId refuses all others", () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }).map(String), { maxLength: 22 }).map((all) => all.join(""));
    fc.assert(
      fc.property(fc.oneof(digits, fc.string({ unit: "binary", maxLength: 22 })), (any) => {
        const isId = /^[0-9]{1,20}$/u.test(any) && String(BigInt(any)) === any;
        expect(isHubSpotId(any)).toBe(isId);
        expect(isId || isRefused(any)).toBe(true);
      }),
    );
  });
});

function isRefused(text: string): boolean {
  try {
    padId(text);
    return false;
  } catch (error) {
    return error instanceof NonRetryableError && error.code === "refused";
  }
}

describe("recordKey and reservationKey", () => {
  it("are the same for the same and never the same for two", () => {
    const kind = fc.constantFrom("customer" as const, "project" as const);
    fc.assert(
      fc.property(fc.tuple(kind, id), fc.tuple(kind, id), ([leftKind, left], [rightKind, right]) => {
        const isSame = leftKind === rightKind && left === right;
        expect(isDeepStrictEqual(recordKey(leftKind, left), recordKey(rightKind, right))).toBe(isSame);
      }),
    );
    const numberKind = fc.constantFrom("customerNumber" as const, "shortForm" as const);
    const number = fc.string({ unit: "grapheme", minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.tuple(numberKind, number),
        fc.tuple(numberKind, number),
        ([leftKind, left], [rightKind, right]) => {
          const isSame = leftKind === rightKind && left === right;
          expect(isDeepStrictEqual(reservationKey(leftKind, left), reservationKey(rightKind, right))).toBe(isSame);
        },
      ),
    );
  });
});

describe("shardOf", () => {
  it.each([1, 2, 16, 17, 1000])("spreads ids in steps of %i within 15 % of even", (step) => {
    const counts = Array.from({ length: SHARDS }, () => 0);
    for (let index = 0; index < 16_000; index += 1) {
      const shard = shardOf(String(9_000_000_000 + index * step));
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1150);
  });
});

describe("contactPersonKey", () => {
  it("sorts by contact, then by company, numerically", () => {
    fc.assert(
      fc.property(fc.tuple(id, id), fc.tuple(id, id), ([contact, company], [otherContact, otherCompany]) => {
        const { sk } = contactPersonKey(contact, company);
        const { sk: otherSk } = contactPersonKey(otherContact, otherCompany);
        const expected = contact === otherContact ? isBefore(company, otherCompany) : isBefore(contact, otherContact);
        expect(sk < otherSk).toBe(expected);
      }),
    );
  });

  it("comes back through parseSortKey", () => {
    fc.assert(
      fc.property(id, id, (contactId, companyId) => {
        expect(parseSortKey(contactPersonKey(contactId, companyId).sk)).toEqual({ id: contactId, companyId });
      }),
    );
  });

  it("shares the partition of its tombstone, which sorts first for its contact and after every lower contact", () => {
    fc.assert(
      fc.property(id, id, id, (contact, company, other) => {
        const tombstone = tombstoneKey(contact);
        const person = contactPersonKey(contact, company);
        expect(person.pk).toBe(tombstone.pk);
        expect(tombstone.sk < person.sk).toBe(true);
        expect(contactPersonKey(other, company).sk < tombstone.sk).toBe(isBefore(other, contact));
      }),
    );
  });
});

describe("sortKeyRange", () => {
  it("leaves out everything of the lower id and takes everything of the upper one", () => {
    fc.assert(
      fc.property(fc.tuple(id, id), fc.tuple(id, id), ([afterId, toId], [contact, company]) => {
        const { from, to } = sortKeyRange({ afterId, toId });
        const isWanted = isBefore(afterId, contact) && !isBefore(toId, contact);
        for (const { sk } of [
          contactPersonKey(contact, company),
          tombstoneKey(contact),
          recordKey("project", contact),
        ]) {
          expect(from <= sk && sk <= to).toBe(isWanted);
        }
      }),
    );
  });

  it("without bounds takes every id", () => {
    const { from, to } = sortKeyRange({});
    fc.assert(
      fc.property(id, (text) => {
        expect(from <= padId(text) && padId(text) <= to).toBe(true);
      }),
    );
  });
});

describe("parseSortKey", () => {
  it.each(["", "1", "lease", `${"0".repeat(20)}#`, `${"0".repeat(20)}#1`])("answers nothing for %j", (sk) => {
    expect(parseSortKey(sk)).toBeUndefined();
  });
});
