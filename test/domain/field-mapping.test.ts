import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mapCompany, mapContact, mapDeal } from "../../lib/domain/field-mapping.ts";
import { sampleCompany, sampleContact, sampleDeal } from "../fixtures/sample-objects.ts";

/** Everything but white space, in order. */
const inkOf = (...texts: readonly string[]): string => texts.join("").replace(/\s/gu, "");

const text = fc.string({ unit: "binary", maxLength: 40 });
const withBreaks = fc
  .array(fc.oneof(text, fc.constantFrom("\n", "\r\n", "\r", " ", "\t", "\u2028", "\u00a0")), { maxLength: 8 })
  .map((parts) => parts.join(""));

describe("mapCompany", () => {
  it("carries each field to its place", () => {
    const company = sampleCompany("7", { street2: "Hinterhaus", region: "Berlin (Land)", remark: "Stammkunde" });
    expect(mapCompany(company)).toEqual({
      name: "Bäckerei 7",
      phone: "+49 30 1234",
      address: {
        street: ["Ringstr. 5", "Hinterhaus", "Berlin (Land)"],
        postalCode: "10115",
        city: "Berlin",
        country: "Deutschland",
      },
      website: "baeckerei.example",
      remark: "Stammkunde",
    });
  });

  it("maps a company without any value to empty texts and no street line", () => {
    const empty = { name: "", phone: "", street: "", street2: "", postalCode: "", city: "", region: "", country: "" };
    expect(mapCompany(sampleCompany("7", { ...empty, website: "", remark: "" }))).toEqual({
      name: "",
      phone: "",
      address: { street: [], postalCode: "", city: "", country: "" },
      website: "",
      remark: "",
    });
  });

  it.each<[street: string, street2: string, region: string, lines: readonly string[]]>([
    ["a\nb", "", "", ["a", "b"]],
    ["a\r\nb\rc", "", "", ["a", "b", "c"]],
    ["  a  \n\n  \nb", "", "", ["a", "b"]],
    ["", "b", "", ["b"]],
    ["", "", "Bayern", ["Bayern"]],
    ["a", " ", "Bayern", ["a", "Bayern"]],
  ])("makes street lines of %j, %j and region %j", (...[street, street2, region, lines]) => {
    expect(mapCompany(sampleCompany("7", { street, street2, region })).address.street).toEqual(lines);
  });

  it("keeps line breaks inside a remark and trims only its ends", () => {
    expect(mapCompany(sampleCompany("7", { remark: "\n a\n\n b \n" })).remark).toBe("a\n\n b");
  });

  it("loses no character of any text, whatever its script", () => {
    fc.assert(
      fc.property(withBreaks, withBreaks, withBreaks, withBreaks, (...[street, street2, region, name]) => {
        const fields = mapCompany(sampleCompany("7", { street, street2, region, name }));
        expect(inkOf(...fields.address.street)).toBe(inkOf(street, street2, region));
        expect(inkOf(fields.name)).toBe(inkOf(name));
      }),
    );
  });

  it("maps what it has mapped to the same again", () => {
    fc.assert(
      fc.property(withBreaks, withBreaks, withBreaks, (street, name, remark) => {
        const once = mapCompany(sampleCompany("7", { street, street2: "", region: "", name, remark }));
        const again = { name: once.name, remark: once.remark, street: once.address.street.join("\n") };
        expect(mapCompany(sampleCompany("7", { ...again, street2: "", region: "" }))).toEqual(once);
      }),
    );
  });
});

describe("mapContact", () => {
  it("maps any text to one that a table can hold, that is trimmed, and that maps to itself again", () => {
    const halves = fc.array(fc.oneof(text, fc.constantFrom("\ud83d", "\ude00", "e\u0301", "\u200d", " ", "\ufeff")));
    fc.assert(
      fc.property(halves, halves, fc.boolean(), (first, last, isPrimary) => {
        const names = { firstName: first.join(""), lastName: last.join("") };
        const once = mapContact(sampleContact("3", names), isPrimary);
        for (const name of [once.firstName, once.lastName]) {
          expect(name.isWellFormed()).toBe(true);
          expect(Buffer.from(name).toString()).toBe(name);
          expect(name).toBe(name.trim());
        }
        expect(mapContact(sampleContact("3", once), isPrimary)).toEqual(once);
      }),
    );
  });

  it("carries each field to its place, trimmed, with the association's label", () => {
    const contact = sampleContact("3", { firstName: " Jörg ", email: "j@example.com\n" });
    expect(mapContact(contact, false)).toEqual({
      salutation: "Herr",
      firstName: "Jörg",
      lastName: "Groß 3",
      jobTitle: "Einkauf",
      email: "j@example.com",
      phone: "1",
      mobile: "2",
      primary: false,
    });
    expect(mapContact(contact, true).primary).toBe(true);
  });
});

describe("mapDeal", () => {
  it("carries the name and the company", () => {
    expect(mapDeal(sampleDeal("5", { description: " Umbau  Süd " }), "7")).toEqual({
      description: "Umbau  Süd",
      companyId: "7",
    });
  });
});
