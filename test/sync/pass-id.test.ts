import { describe, expect, it } from "vitest";
import { createPassId } from "../../lib/sync/pass-id.ts";

describe("createPassId", () => {
  it.each([
    [0, "20261103-010000-000000"],
    [0.000_001, "20261103-010000-0001og"],
    [0.5, "20261103-010000-i00000"],
    [1 - Number.EPSILON, "20261103-010000-zzzzzz"],
  ])("is the time in UTC and six characters, for the random number %s", (random, id) => {
    expect(createPassId(Date.UTC(2026, 10, 3, 1), () => random)).toBe(id);
  });
});
