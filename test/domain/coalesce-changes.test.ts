import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Change } from "../../lib/domain/change.ts";
import { coalesceChanges } from "../../lib/domain/coalesce-changes.ts";

const deal: Change = { type: "deal", id: "512", at: { created: 5 }, looks: 0, failures: 0 };

function sorted(changes: readonly Change[]): readonly Change[] {
  return changes.toSorted((a, b) => `${a.type}${a.id}`.localeCompare(`${b.type}${b.id}`));
}

/** Everything that changes say apart from times, one text each. */
function facts(changes: readonly Change[]): readonly string[] {
  return changes.flatMap(({ type, id, at, expects = {}, absorbs = [] }) =>
    [...Object.keys(at), ...Object.keys(expects), ...absorbs, ""].map((fact) => `${type} ${id} ${fact}`),
  );
}

describe("coalesceChanges", () => {
  it("keeps the latest time of each kind", () => {
    const changes = [deal, { ...deal, at: { created: 3, property: 8 } }, { ...deal, at: { property: 6, deleted: 1 } }];
    expect(coalesceChanges(changes)).toEqual([{ ...deal, at: { created: 5, property: 8, deleted: 1 } }]);
  });

  it("keeps objects of different types with the same id apart, in order of appearance", () => {
    const contact: Change = { ...deal, type: "contact" };
    expect(coalesceChanges([contact, deal, contact])).toEqual([contact, deal]);
  });

  it("keeps the latest expectation of each company", () => {
    const early: Change = {
      ...deal,
      expects: { "1": { isAssociated: true, atMs: 5 }, "2": { isAssociated: true, atMs: 5 } },
    };
    const late: Change = { ...deal, expects: { "1": { isAssociated: false, atMs: 6 } } };
    const expects = { "1": { isAssociated: false, atMs: 6 }, "2": { isAssociated: true, atMs: 5 } };
    expect(coalesceChanges([early, late])).toEqual([{ ...deal, expects }]);
    expect(coalesceChanges([late, early])).toEqual([{ ...deal, expects }]);
  });

  it("lets an association win over its removal at the same time", () => {
    const added: Change = { ...deal, expects: { "1": { isAssociated: true, atMs: 5 } } };
    const removed: Change = { ...deal, expects: { "1": { isAssociated: false, atMs: 5 } } };
    expect(coalesceChanges([added, removed])).toEqual([added]);
    expect(coalesceChanges([removed, added])).toEqual([added]);
  });

  it.each([
    ["the later one", { companyId: "1", isPrimary: false, atMs: 6 }, { companyId: "2", isPrimary: true, atMs: 5 }],
    [
      "of two at once the one that sets",
      { companyId: "1", isPrimary: true, atMs: 5 },
      { companyId: "2", isPrimary: false, atMs: 5 },
    ],
    [
      "of two that set at once the higher id",
      { companyId: "2", isPrimary: true, atMs: 5 },
      { companyId: "1", isPrimary: true, atMs: 5 },
    ],
  ])("keeps one word on the primary company: %s", (_name, kept, dropped) => {
    const [a, b] = [kept, dropped].map((expectsPrimary) => ({ ...deal, expectsPrimary }));
    if (a === undefined || b === undefined) throw new RangeError("two changes are needed");
    expect(coalesceChanges([a, b, deal])).toEqual([a]);
    expect(coalesceChanges([deal, b, a])).toEqual([a]);
  });

  it("keeps the fewest looks, the most failures and every absorbed id", () => {
    const a: Change = { ...deal, looks: 2, failures: 0, absorbs: ["7", "8"] };
    const b: Change = { ...deal, looks: 1, failures: 3, absorbs: ["6", "7"] };
    expect(coalesceChanges([a, b])).toEqual([{ ...deal, looks: 1, failures: 3, absorbs: ["6", "7", "8"] }]);
  });

  it("names every account in which it was erased, whatever else is told", () => {
    const erased = (portalId: string): Change => ({ ...deal, at: { erased: 5 }, erasedIn: [portalId] });
    const joined = { ...deal, at: { created: 5, erased: 5 }, erasedIn: ["1", "7"] };
    expect(coalesceChanges([erased("7"), deal, erased("1"), erased("7")])).toStrictEqual([joined]);
  });

  it("names no account as soon as one erasure did not say where it was", () => {
    const known: Change = { ...deal, at: { erased: 5 }, erasedIn: ["7"] };
    const unknown: Change = { ...deal, at: { erased: 4 } };
    for (const changes of [
      [known, unknown, known],
      [unknown, known],
    ])
      expect(coalesceChanges(changes)).toStrictEqual([{ ...deal, at: { erased: 5 } }]);
  });

  it("keeps five of the deliveries that told of it, and when the first arrived", () => {
    const told = ["f", "e", "d", "c", "b", "b"].map((id, index) => ({
      ...deal,
      origin: { deliveryIds: [id], receivedAtMs: 9 - index },
    }));
    const origin = { deliveryIds: ["b", "c", "d", "e", "f"], receivedAtMs: 4 };
    expect(coalesceChanges([deal, ...told])).toEqual([{ ...deal, origin }]);
    const sixth = { ...deal, origin: { deliveryIds: ["a"], receivedAtMs: 5 } };
    expect(coalesceChanges([...told, sixth])[0]?.origin?.deliveryIds).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("keeps the newer of what two attaches at the same time have seen", () => {
    const older: Change = { ...deal, at: { attach: 5 }, seen: { id: "512", revision: 3 } };
    const newer: Change = { ...deal, at: { attach: 5 }, seen: { id: "512", revision: 4 } };
    for (const changes of [
      [older, newer],
      [newer, older],
    ])
      expect(coalesceChanges(changes)).toEqual([newer]);
  });

  it("keeps what the latest attach has seen, and nothing when that was bound to nothing", () => {
    const seen = { id: "512", revision: 3 };
    const early: Change = { ...deal, at: { attach: 5 }, seen };
    const late: Change = { ...deal, at: { attach: 6 }, seen: { id: "512", revision: 4 } };
    const free: Change = { ...deal, at: { attach: 7 } };
    for (const changes of [
      [early, late],
      [late, early],
      [deal, late],
    ])
      expect(coalesceChanges(changes)[0]).toMatchObject({ seen: late.seen });
    expect(coalesceChanges([early, free])[0]).not.toHaveProperty("seen");
  });

  it("takes expectations and origin from the one that has them, and says nothing of what neither has", () => {
    const origin = { deliveryIds: ["a"], receivedAtMs: 4 };
    const expects = { "1": { isAssociated: true, atMs: 5 } };
    const told = { ...deal, expects, origin };
    expect(coalesceChanges([told, deal])).toStrictEqual([told]);
    expect(coalesceChanges([deal, told])).toStrictEqual([told]);
    expect(coalesceChanges([deal, deal])).toStrictEqual([deal]);
  });

  const time = fc.integer({ min: 1, max: 4 });
  const whole = fc.record({
    type: fc.constantFrom("deal", "contact"),
    id: fc.constantFrom("1", "2"),
    at: fc.dictionary(fc.constantFrom("created", "property", "attach", "erased"), time, { noNullPrototype: true }),
    expects: fc.dictionary(fc.constantFrom("10", "11"), fc.record({ isAssociated: fc.boolean(), atMs: time }), {
      noNullPrototype: true,
    }),
    looks: fc.nat(3),
    failures: fc.nat(3),
    origin: fc.record({
      deliveryIds: fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f", "g"), { minLength: 1, maxLength: 1 }),
      receivedAtMs: time,
    }),
    absorbs: fc.uniqueArray(fc.constantFrom("7", "8", "9"), { minLength: 1 }).map((ids) => ids.toSorted()),
    erasedIn: fc.uniqueArray(fc.constantFrom("4711", "4712"), { minLength: 1 }).map((ids) => ids.toSorted()),
    seen: fc.record({ id: fc.constant("7"), revision: fc.integer({ min: 1, max: 4 }) }),
  });
  const change = fc
    .tuple(whole, fc.boolean(), fc.boolean())
    .map(([{ seen, erasedIn, ...rest }, isBound, isSaid]): Change => ({
      ...rest,
      ...(isBound && { seen }),
      ...(isSaid && "erased" in rest.at && { erasedIn }),
    }));

  it("leaves alone what is joined already", () => {
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const once = coalesceChanges(changes);
        expect(coalesceChanges(once)).toEqual(once);
        expect(coalesceChanges([...changes, ...changes])).toEqual(once);
      }),
    );
  });

  it("forgets no object, no kind, no expected company and no absorbed id, and invents none", () => {
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        expect(new Set(facts(coalesceChanges(changes)))).toEqual(new Set(facts(changes)));
      }),
    );
  });

  it("joins to the same in any order and in any grouping", () => {
    fc.assert(
      fc.property(fc.array(change), fc.nat(), (changes, cut) => {
        const whole = sorted(coalesceChanges(changes));
        const at = cut % (changes.length + 1);
        const parts = [...coalesceChanges(changes.slice(at)), ...coalesceChanges(changes.slice(0, at))];
        expect(sorted(coalesceChanges(parts))).toEqual(whole);
        expect(sorted(coalesceChanges(changes.toReversed()))).toEqual(whole);
      }),
    );
  });
});
