import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffFields } from "../../lib/domain/field-changes.ts";
import type { FieldChange } from "../../lib/domain/record.ts";

describe("diffFields", () => {
  it.each<[name: string, before: object | undefined, after: object | undefined, changes: readonly FieldChange[]]>([
    ["nothing and nothing", undefined, undefined, []],
    ["equal fields", { name: "A", tags: ["x", "y"] }, { name: "A", tags: ["x", "y"] }, []],
    ["a changed field", { name: "A", city: "C" }, { name: "B", city: "C" }, [{ field: "name", from: "A", to: "B" }]],
    ["a new field", undefined, { name: "B" }, [{ field: "name", to: "B" }]],
    ["a removed field", { name: "A" }, {}, [{ field: "name", from: "A" }]],
    ["a field set to undefined", { name: "A" }, { name: undefined }, [{ field: "name", from: "A" }]],
    ["an emptied field", { name: "A" }, { name: "" }, [{ field: "name", from: "A", to: "" }]],
    ["a flag", { primary: false }, { primary: true }, [{ field: "primary", from: "false", to: "true" }]],
    ["a longer list", { tags: ["x"] }, { tags: ["x", "y"] }, [{ field: "tags", from: "x", to: "x\ny" }]],
    ["a shorter list", { tags: ["x", "y"] }, { tags: ["x"] }, [{ field: "tags", from: "x\ny", to: "x" }]],
    ["a first entry", { tags: [] }, { tags: ["x"] }, [{ field: "tags", from: "", to: "x" }]],
    ["another entry", { tags: ["x", "y"] }, { tags: ["x", "z"] }, [{ field: "tags", from: "x\ny", to: "x\nz" }]],
    [
      "nested fields",
      { address: { city: "A", postalCode: "1" } },
      { address: { city: "B", postalCode: "1" } },
      [{ field: "address.city", from: "A", to: "B" }],
    ],
    [
      "lines",
      { address: { street: ["a", "b"] } },
      { address: { street: ["a"] } },
      [{ field: "address.street", from: "a\nb", to: "a" }],
    ],
  ])("describes %s", (...[, before, after, changes]) => {
    expect(diffFields(before, after, false)).toEqual(changes);
  });

  it("keeps a value of 60 characters and cuts one of 61, counting astral characters once", () => {
    const [kept] = diffFields({}, { remark: "😀".repeat(60) }, false);
    const [cut] = diffFields({}, { remark: "😀".repeat(61) }, false);
    expect(kept?.to).toBe("😀".repeat(60));
    expect(cut?.to).toBe(`${"😀".repeat(59)}…`);
  });

  it("sees a difference behind the cut", () => {
    expect(diffFields({ remark: `${"a".repeat(80)}b` }, { remark: `${"a".repeat(80)}c` }, false)).toHaveLength(1);
  });

  it("tells only the names of personal fields", () => {
    const changes = diffFields({ email: "a@example.com", primary: true }, { email: "b@example.com", phone: "1" }, true);
    expect(changes).toEqual([{ field: "email" }, { field: "primary" }, { field: "phone" }]);
  });

  const text = fc.constantFrom("", "a", "b");
  const value = fc.oneof(text, fc.constant(undefined), fc.boolean(), fc.array(text, { maxLength: 3 }));
  const inner = fc.dictionary(fc.constantFrom("x", "y"), value, { noNullPrototype: true });
  const side = fc.option(
    fc.dictionary(fc.constantFrom("k", "l", "m"), fc.oneof(value, inner), { noNullPrototype: true }),
    { nil: undefined },
  );

  /** Two sides that differ in one field at most: it alone must be seen. */
  const nearby = fc.tuple(side, fc.constantFrom("k", "l"), fc.oneof(value, inner), fc.oneof(value, inner)).map(
    ([rest, key, one, other]) =>
      [
        { ...rest, [key]: one },
        { ...rest, [key]: other },
      ] as const,
  );

  it("names exactly what differs, however it is nested and listed", () => {
    fc.assert(
      fc.property(fc.oneof(nearby, fc.tuple(side, side)), ([before, after]) => {
        const from = spread(before);
        const to = spread(after);
        const names = [...new Set([...from.keys(), ...to.keys()])].filter((name) => from.get(name) !== to.get(name));
        expect(diffFields(before, after, true).map(({ field }) => field)).toEqual(names);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Each value by its path, in the order of the keys. */
function spread(values: object | undefined, path = ""): ReadonlyMap<string, string> {
  const rows = Object.entries(values ?? {}).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    if (value === undefined) return [];
    if (Array.isArray(value)) return [[`${path}${key}`, value.join("\n")]];
    return typeof value === "object" && value !== null
      ? [...spread(value, `${path}${key}.`)]
      : [[`${path}${key}`, JSON.stringify(value).replaceAll('"', "")]];
  });
  return new Map(rows);
}
