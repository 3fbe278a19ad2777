import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../lib/cli/cli-error.ts";
import { parseFieldWords } from "../../lib/cli/field-words.ts";
import { parseNoun, parseState } from "../../lib/cli/record-words.ts";
import { RECORD_STATES } from "../../lib/domain/record.ts";

/** Every word of ours and of ZEP's, as the manual writes it, beside what the API calls the field. */
const WORDS = {
  customer: [
    ["customerNumber", "Kundennummer", "Nummer", "number"],
    ["name"],
    ["phone", "Telefon"],
    ["website", "www"],
    ["remark", "Bemerkung"],
    ["address.street", "street", "Straße", "Strasse"],
    ["address.postalCode", "postalCode", "PLZ"],
    ["address.city", "city", "Ort"],
    ["address.country", "country", "Land"],
  ],
  project: [
    ["shortForm", "Kurzform"],
    ["description", "Bezeichnung"],
    ["companyId", "customer", "Kunde"],
    ["tasks", "Vorgänge", "Vorgaenge", "Vorgang"],
    ["projectEmployees", "Projektmitarbeiter", "employees", "Mitarbeiter"],
    ["startDate", "Beginn", "start"],
    ["endDate", "Ende", "end"],
    ["billingType", "Abrechnungsart"],
    ["status"],
  ],
} as const satisfies Record<string, readonly (readonly string[])[]>;

/** A value that each field takes, and as what it goes to the API. */
const VALUES: Readonly<Record<string, readonly [text: string, value: unknown]>> = {
  "address.street": ["Am Markt 1, Hof", ["Am Markt 1", "Hof"]],
  tasks: ["Konzept, Umsetzung", ["Konzept", "Umsetzung"]],
  projectEmployees: ["mm,ak", ["mm", "ak"]],
  startDate: ["1.2.2026", "2026-02-01"],
  endDate: ["2026-12-31", "2026-12-31"],
  billingType: ["Pauschal", "flat"],
  status: ["ABGESCHLOSSEN", "completed"],
};

const noun = fc.constantFrom("customer", "project");
/** Words that every object answers to, and any others. */
const anyWord = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("constructor", "toString", "__proto__", "=", ""),
);

/** A word in any case, with what people put between its parts. */
function spelt(word: string): fc.Arbitrary<string> {
  const letters = Array.from(word, (letter) =>
    // "ß" has a capital form of two letters, which is the other spelling of the word.
    fc
      .tuple(
        fc.constantFrom(letter.toLowerCase(), letter === "ß" ? letter : letter.toUpperCase()),
        fc.constantFrom("", "", "-", "_", " "),
      )
      .map((parts) => parts.join("")),
  );
  return fc.tuple(...letters).map((parts) => parts.join(""));
}

function nest(field: string, value: unknown): object {
  const [outer = "", inner] = field.split(".");
  return inner === undefined ? { [outer]: value } : { [outer]: { [inner]: value } };
}

function failureOf(read: () => unknown): unknown {
  try {
    read();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("parseFieldWords", () => {
  const rows = (["customer", "project"] as const).flatMap((noun) =>
    WORDS[noun].flatMap(([field, ...others]) => [field, ...others].map((word) => ({ noun, field, word }))),
  );

  it.each(rows)("knows a $noun's $field as $word, in any case and however it is parted", ({ noun, field, word }) => {
    const [text, value] = VALUES[field] ?? ["Neu = 1", "Neu = 1"];
    fc.assert(
      fc.property(spelt(word), (key) => {
        expect(parseFieldWords(noun, [`${key}=${text}`])).toEqual(nest(field, value));
      }),
    );
  });

  it("takes every text of a text field as it is, apart from its ends", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(parseFieldWords("customer", [`name=${text}`])).toEqual({ name: text.trim() });
      }),
    );
  });

  it("joins any fields in any order into one change", () => {
    const some = fc.shuffledSubarray(rows.filter(({ noun, word, field }) => noun === "customer" && word === field));
    fc.assert(
      fc.property(some, (chosen) => {
        const words = chosen.map(({ field }) => `${field}=${VALUES[field]?.[0] ?? field}`);
        const patch = parseFieldWords("customer", words);
        for (const { field } of chosen) expect(patch).toMatchObject(nest(field, VALUES[field]?.[1] ?? field));
        expect(Object.keys(patch)).toHaveLength(new Set(chosen.map(({ field }) => field.split(".")[0])).size);
      }),
    );
  });

  it("names every word that is no field, and the fields there are", () => {
    const known = new Set(rows.map(({ word }) => word.toLowerCase().replaceAll(/[\s_-]/gu, "")));
    const isUnknown = (word: string): boolean =>
      !known.has(word.toLowerCase().replaceAll(/[\s_-]/gu, "")) && !/^(?:duration|laufzeit)$/iu.test(word);
    const unknown = anyWord.filter((word) => word !== "" && !word.includes("=")).filter(isUnknown);
    fc.assert(
      fc.property(noun, unknown, (noun, word) => {
        const failure = failureOf(() => parseFieldWords(noun, [`${word}=1`]));
        expect(failure).toBeInstanceOf(UsageError);
        expect(failure).toHaveProperty("message", expect.stringContaining(`A ${noun} has no field "${word}"`));
        expect(failure).toHaveProperty(
          "message",
          expect.stringContaining(WORDS[noun].map(([field]) => field).join(", ")),
        );
      }),
    );
  });

  it("fails on any words with a sentence about one of them, or changes nothing but fields", () => {
    const fields = { customer: WORDS.customer, project: WORDS.project };
    const field = fc.constantFrom(...rows.map(({ word }) => word), "duration", "Laufzeit");
    const change = fc.tuple(fc.oneof(field, anyWord), anyWord).map(([key, value]) => `${key}=${value}`);
    fc.assert(
      fc.property(noun, fc.array(fc.oneof(change, anyWord)), (noun, words) => {
        const allowed = new Set<string>(fields[noun].map(([name]) => name.split(".")[0] ?? ""));
        let patch = {};
        const failure = failureOf(() => (patch = parseFieldWords(noun, words)));
        expect(Object.keys(patch).filter((key) => !allowed.has(key))).toEqual([]);
        const isClear =
          failure === undefined ||
          (failure instanceof UsageError && /expected|has no field|is no change|has no end/u.test(failure.message));
        expect({ failure, isClear }).toEqual({ failure, isClear: true });
      }),
    );
  });
});

describe("parseNoun", () => {
  it("knows a noun, or says which there are", () => {
    fc.assert(
      fc.property(anyWord, (word) => {
        let noun: unknown;
        const failure = failureOf(() => (noun = parseNoun(word)));
        const isKnown = noun === "customer" || noun === "project" || noun === "contactPerson";
        const isClear = failure instanceof UsageError && failure.message.includes(`"${word}" is none of customer`);
        expect([isKnown, isClear]).toEqual(failure === undefined ? [true, false] : [false, true]);
      }),
    );
  });
});

describe("parseState", () => {
  it.each(RECORD_STATES)("knows %s in any case and however it is parted", (state) => {
    fc.assert(
      fc.property(spelt(state), (word) => {
        expect(parseState(word)).toBe(state);
      }),
    );
  });

  it("knows a state, or says which there are", () => {
    fc.assert(
      fc.property(anyWord, (word) => {
        let state: unknown;
        const failure = failureOf(() => (state = parseState(word)));
        const isKnown = RECORD_STATES.some((known) => known === state);
        const isClear = failure instanceof UsageError && failure.message.includes(`"${word}" is no state`);
        expect([isKnown, isClear]).toEqual(failure === undefined ? [true, false] : [false, true]);
      }),
    );
  });
});
