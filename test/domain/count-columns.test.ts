import { describe, expect, it } from "vitest";
import { listCountColumns } from "../../lib/domain/count-columns.ts";

const USUAL = ["read", "unchanged", "created", "updated", "frozen", "deactivated", "skipped", "failing"];

describe("listCountColumns", () => {
  it.each([
    [{}, USUAL],
    [{ company: { noted: 0 }, deal: { read: 9 }, other: { noted: 1 } }, USUAL],
    [{ company: { noted: 0 }, deal: { noted: 1 } }, [...USUAL.slice(0, 6), "noted", "skipped", "failing"]],
  ])("names what is counted, entries only once there are any: %j", (counts, columns) => {
    expect(listCountColumns(counts)).toEqual(columns);
  });
});
