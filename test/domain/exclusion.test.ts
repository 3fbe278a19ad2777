import { describe, expect, it } from "vitest";
import { isExcluded, isKeptOut } from "../../lib/domain/exclusion.ts";

const rule = { property: "zep", values: ["no", "nein"] };

describe("isKeptOut", () => {
  it("tells whether the company is excluded, also while the customer is detached or fails", () => {
    expect(isKeptOut({ state: "excluded" })).toBe(true);
    for (const state of ["detached", "failing"] as const) {
      expect(isKeptOut({ state, isExcludedInHubSpot: true })).toBe(true);
      expect(isKeptOut({ state })).toBe(false);
    }
  });
});

describe("isExcluded", () => {
  it.each(["no", "nein", "NO", "Nein", " no ", "\tNEIN\n", "\u00a0no"])("leaves %j out", (exclusion) => {
    expect(isExcluded({ exclusion }, rule)).toBe(true);
  });

  it.each(["", " ", "yes", "ja", "n", "non", "no!", "no no", "false", "0", "n o"])("lets %j in", (exclusion) => {
    expect(isExcluded({ exclusion }, rule)).toBe(false);
  });

  it.each([
    ["Übergehen", "übergehen", true],
    [" ÜBERGEHEN", "Übergehen ", true],
    ["ubergehen", "übergehen", false],
    // The same in upper case, and yet another word.
    ["AUSSEN", "außen", false],
    ["no", "übergehen", false],
  ])("compares %j with the configured value %j whatever its case", (exclusion, value, expected) => {
    expect(isExcluded({ exclusion }, { property: "sync", values: [value] })).toBe(expected);
  });

  it("lets everything in when no value excludes, and never excludes by an empty value", () => {
    expect(isExcluded({ exclusion: "no" }, { property: "zep", values: [] })).toBe(false);
    expect(isExcluded({ exclusion: "" }, { property: "zep", values: ["", " "] })).toBe(false);
  });
});
