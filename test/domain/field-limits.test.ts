import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CONTACT_PERSON_LIMITS,
  CUSTOMER_LIMITS,
  cutText,
  findLengthWarnings,
  findMissingFields,
  findTooLong,
  PROJECT_LIMITS,
} from "../../lib/domain/field-limits.ts";
import { sampleCustomer, samplePerson, sampleProject, sampleUntransferred } from "../fixtures/sample-records.ts";

const NARROW = { name: 1, phone: 1, flag: 1, count: 1 };

/** Lone halves of surrogate pairs, emoji of several code points, combining marks, scripts that join letters. */
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: "grapheme-composite", maxLength: 200 }),
  fc
    .array(fc.constantFrom("a", "\u0301", "\ud83d", "\ude00", "😀", "👩‍👧", "ß", "क्", "\u200d"), { maxLength: 300 })
    .map((parts) => parts.join("")),
);

/** Code points, told by the string's own iterator and not by the code under test. */
function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

describe("cutText", () => {
  it("keeps a beginning of at most the limit and never tears a surrogate pair", () => {
    fc.assert(
      fc.property(anyText, fc.nat(300), (text, limit) => {
        const cut = cutText(text, limit);
        expect(text.startsWith(cut)).toBe(true);
        expect(lengthOf(cut)).toBe(Math.min(limit, lengthOf(text)));
        expect(text.isWellFormed() && !cut.isWellFormed()).toBe(false);
      }),
    );
  });

  it.each([
    ["😀😀😀", 2, "😀😀"],
    ["a😀b", 1, "a"],
    ["a😀b", 2, "a😀"],
    ["abc", 3, "abc"],
    ["abc", 0, ""],
  ])("cuts %j to %i: %j", (text, limit, cut) => {
    expect(cutText(text, limit)).toBe(cut);
  });
});

describe("findTooLong", () => {
  it("warns of exactly the texts that exceed their limit, with what ZEP gets", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 200 }), (text, limit) => {
        const length = lengthOf(text);
        const warning = { field: "name", length, limit, cutTo: cutText(text, limit) };
        expect(findTooLong({ name: text }, { name: limit })).toEqual(length > limit ? [warning] : []);
      }),
    );
  });

  it("asks for nothing more of a text that it has cut", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 200 }), (name, limit) => {
        const [warning] = findTooLong({ name }, { name: limit });
        expect(findTooLong({ name: warning?.cutTo ?? name }, { name: limit })).toEqual([]);
      }),
    );
  });

  it("counts street lines one by one and finds nested fields by their whole name", () => {
    const limits = { "address.street": 3, "address.city": 2, city: 1 };
    expect(findTooLong({ address: { street: ["abc", "abcd", "abcde"], city: "ab" } }, limits)).toEqual([
      { field: "address.street", length: 4, limit: 3, cutTo: "abc" },
      { field: "address.street", length: 5, limit: 3, cutTo: "abc" },
    ]);
  });

  it("passes over fields without a limit, values that are no texts, and inherited names", () => {
    expect(findTooLong({ remark: "x".repeat(9_999), toString: "x".repeat(99) }, { name: 1 })).toEqual([]);
    expect(findTooLong({ name: undefined, phone: null, flag: true, count: 12_345 }, NARROW)).toEqual([]);
  });
});

describe("findLengthWarnings", () => {
  it.each(Object.entries(CUSTOMER_LIMITS))("lets a customer's %s have %i characters and no more", (field, limit) => {
    const { fields } = sampleCustomer("1");
    const warned = (length: number) => {
      const text = "ü".repeat(length);
      const [outer = "", inner] = field.split(".");
      const value = inner === undefined ? text : { ...fields?.address, [inner]: inner === "street" ? [text] : text };
      const changes = field === "customerNumber" ? { customerNumber: text } : { fields: { ...fields, [outer]: value } };
      return findLengthWarnings(Object.assign(sampleCustomer("1"), changes));
    };
    expect(warned(limit)).toEqual([]);
    expect(warned(limit + 1)).toEqual([{ field, length: limit + 1, limit, cutTo: "ü".repeat(limit) }]);
  });

  it.each(Object.entries(CONTACT_PERSON_LIMITS))(
    "lets a contact person's %s have %i characters and no more",
    (field, limit) => {
      const { fields } = samplePerson("7", "1");
      const warned = (length: number) =>
        findLengthWarnings(
          Object.assign(samplePerson("7", "1"), { fields: { ...fields, [field]: "ü".repeat(length) } }),
        );
      expect(warned(limit)).toEqual([]);
      expect(warned(limit + 1)).toEqual([{ field, length: limit + 1, limit, cutTo: "ü".repeat(limit) }]);
    },
  );

  it("warns of a project's short form and description", () => {
    const shortForm = "s".repeat(PROJECT_LIMITS["shortForm"] ?? 0);
    const description = "d".repeat(PROJECT_LIMITS["description"] ?? 0);
    const fields = { description, companyId: "1" };
    expect(findLengthWarnings(sampleProject("5", "1", { shortForm, fields }))).toEqual([]);
    expect(
      findLengthWarnings(
        sampleProject("5", "1", { shortForm: `${shortForm}s`, fields: { ...fields, description: `${description}d` } }),
      ),
    ).toEqual([
      { field: "description", length: 256, limit: 255, cutTo: description },
      { field: "shortForm", length: 65, limit: 64, cutTo: shortForm },
    ]);
  });

  it("warns of nothing where there is no data", () => {
    const { fields: _, ...person } = samplePerson("7", "1");
    expect(findLengthWarnings(person)).toEqual([]);
    expect(findLengthWarnings(sampleUntransferred("1"))).toEqual([]);
  });

  it("keeps to the lengths of ZEP's interfaces", () => {
    expect({ CUSTOMER_LIMITS, CONTACT_PERSON_LIMITS, PROJECT_LIMITS }).toEqual({
      CUSTOMER_LIMITS: {
        customerNumber: 32,
        name: 120,
        phone: 32,
        website: 120,
        "address.street": 120,
        "address.postalCode": 16,
        "address.city": 32,
        "address.country": 64,
      },
      CONTACT_PERSON_LIMITS: {
        salutation: 32,
        firstName: 120,
        lastName: 120,
        jobTitle: 32,
        email: 120,
        phone: 32,
        mobile: 32,
      },
      PROJECT_LIMITS: { shortForm: 64, description: 255 },
    });
  });
});

describe("findMissingFields", () => {
  const { fields } = samplePerson("7", "1");

  it.each([
    ["Änne", "Weiß", []],
    ["", "Weiß", ["firstName"]],
    ["Änne", "", ["lastName"]],
    ["", "", ["firstName", "lastName"]],
  ])("of a contact person named %j %j are %j", (firstName, lastName, missing) => {
    const person = Object.assign(samplePerson("7", "1"), { fields: { ...fields, firstName, lastName } });
    expect(findMissingFields(person)).toEqual(missing);
  });

  it("are none of a record that has no such fields", () => {
    const { fields: _, ...person } = samplePerson("7", "1");
    for (const record of [person, sampleCustomer("1"), sampleProject("5", "1")])
      expect(findMissingFields(record)).toEqual([]);
  });
});
