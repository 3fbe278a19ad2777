import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findUnknownStages, isStageSelected, parseDealStages } from "../../lib/domain/stage-filter.ts";
import type { StageFilter } from "../../lib/domain/settings.ts";

const stages = (...stageIds: readonly string[]): StageFilter => ({ kind: "stages", stageIds });

describe("parseDealStages", () => {
  it.each<[text: string, filter: StageFilter]>([
    ["", { kind: "none" }],
    [" \t\n", { kind: "none" }],
    [" , ;,", { kind: "none" }],
    ["all", { kind: "all" }],
    ["ALL", { kind: "all" }],
    [" All ", { kind: "all" }],
    ["all, ALL", { kind: "all" }],
    ["won", stages("won")],
    ["a,b;c d\te\nf", stages("a", "b", "c", "d", "e", "f")],
    ["a , ;; b", stages("a", "b")],
    ["a,b,a", stages("a", "b")],
    ["allwon", stages("allwon")],
    ["Won,won", stages("Won", "won")],
    ["closed-won_1,143.2", stages("closed-won_1", "143.2")],
  ])("reads %j", (text, filter) => {
    expect(parseDealStages(text)).toEqual({ kind: "parsed", filter });
  });

  it.each(["all,won", "won ALL", "all all won", "won;all;won"])(
    "refuses all beside ids in %j and names them",
    (text) => {
      const parsed = parseDealStages(text);
      expect(parsed.kind).toBe("invalid");
      expect(parsed.kind === "invalid" && parsed.problem).toContain("won");
    },
  );
});

describe("parseDealStages of any text", () => {
  const separator = fc.constantFrom(",", ";", " ", "\t", "\n", ", ", " ;; ", "\u00a0");
  const stageId = fc
    .string({ unit: "binary", minLength: 1, maxLength: 8 })
    .map((text) => text.replaceAll(/[\s,;]/gu, "_"))
    .filter((text) => text.toLowerCase() !== "all");

  it("reads the ids that were written, once each, whatever stands between them", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(stageId, separator), { minLength: 1 }), separator, (words, before) => {
        const text = before + words.flat().join("");
        const ids = [...new Set(words.map(([id]) => id))];
        expect(parseDealStages(text)).toEqual({ kind: "parsed", filter: stages(...ids) });
        expect(parseDealStages(ids.join(";"))).toEqual(parseDealStages(text));
      }),
    );
  });

  it("says of a mixture what it is and what to do", () => {
    expect(parseDealStages(" won, ALL  lost ")).toEqual({
      kind: "invalid",
      problem:
        'dealStages is "won, ALL  lost": "all" cannot stand beside stage ids (won, lost). Use either "all" or the ids.',
    });
  });

  it("never throws, and names the ids whenever it refuses", () => {
    const text = fc.array(fc.oneof(separator, fc.constantFrom("all", "All", "ALL"), fc.string({ unit: "binary" })));
    fc.assert(
      fc.property(text, (parts) => {
        const parsed = parseDealStages(parts.join(""));
        const words = parts.join("").split(/[\s,;]+/u);
        const isMixed = new Set(words.map((word) => (word === "" ? "" : String(word.toLowerCase() === "all")))).has(
          "true",
        );
        expect(parsed.kind === "invalid" && !isMixed).toBe(false);
        expect(parsed.kind === "invalid" ? parsed.problem : '"all"').toContain('"all"');
      }),
    );
  });
});

describe("isStageSelected", () => {
  it.each<[filter: StageFilter, stageId: string, isSelected: boolean]>([
    [{ kind: "none" }, "won", false],
    [{ kind: "none" }, "", false],
    [{ kind: "all" }, "won", true],
    [{ kind: "all" }, "", true],
    [stages("won"), "won", true],
    [stages("won"), "Won", false],
    [stages("won"), "wo", false],
    [stages("won"), "", false],
  ])("%j selects %j: %s", (filter, stageId, isSelected) => {
    expect(isStageSelected(filter, stageId)).toBe(isSelected);
  });
});

describe("findUnknownStages", () => {
  it.each<[filter: StageFilter, known: readonly string[], unknown: readonly string[]]>([
    [stages("won", "gone", "lost"), ["won", "lost"], ["gone"]],
    [stages("won"), [], ["won"]],
    [stages("won"), ["won", "lost"], []],
    [{ kind: "all" }, [], []],
    [{ kind: "none" }, ["won"], []],
  ])("of %j with %j known names %j", (filter, known, unknown) => {
    expect(findUnknownStages(filter, known)).toEqual(unknown);
  });
});
