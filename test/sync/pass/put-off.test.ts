import { describe, expect, it } from "vitest";
import { RECORD_STATES } from "../../../lib/domain/record.ts";
import { encodeDeferred, decodeDeferred, toChange } from "../../../lib/sync/pass/deferred-object.ts";
import { decodeTurn, encodeTurn } from "../../../lib/sync/pass/trial-turn.ts";
import { sampleCustomer } from "../../fixtures/sample-records.ts";

describe("a turn of a trial", () => {
  it.each(RECORD_STATES)("that leads to %s is read as it was stored", (state) => {
    expect(decodeTurn(encodeTurn({ companyId: "31204500001", state }))).toEqual({ companyId: "31204500001", state });
  });

  it("of a detached customer tells whether its company is excluded", () => {
    const turn = { companyId: "31204500001", state: "detached", isExcludedInHubSpot: true } as const;
    expect(encodeTurn(turn)).toBe("31204500001:detached:excluded");
    expect(decodeTurn(encodeTurn(turn))).toEqual(turn);
  });

  const strange = ["7:detached:", "7:detached:included", "7:detached:excluded:x"];

  it.each(["", "7", "7:gone", ":linked", "x7:linked", "7x:linked", "company:7:harmed=1", ...strange])(
    "is not %j",
    (text) => {
      expect(() => decodeTurn(text)).toThrow(/turn of a trial is stored as/u);
    },
  );

  it("is quoted in part where it cannot be read", () => {
    const message = `A turn of a trial is stored as "${"y".repeat(60)}"`;
    expect(() => decodeTurn("y".repeat(1_000))).toThrow(expect.objectContaining({ code: "badAnswer", message }));
  });
});

describe("a deferred object", () => {
  const stored = sampleCustomer("7");
  const repair = {
    stored,
    next: stored,
    effect: "deactivated",
    cause: "missedEvent",
    isLoss: true,
    isHarm: true,
  } as const;
  const deferred = {
    id: "7",
    isListed: false,
    stored: [stored],
    finding: { kind: "deferred", repairs: [repair, repair] },
  } as const;

  it("is read as it was stored, with what the report counts once it is applied", () => {
    const [text = "", ...others] = encodeDeferred("company", deferred);
    expect(others).toEqual([]);
    expect(text).toBe("company:7:deactivated=2:repaired=2:by.missedEvent=2");
    const counts = { deactivated: 2, repaired: 2, "by.missedEvent": 2 };
    expect(decodeDeferred(text)).toEqual({ type: "company", id: "7", counts });
  });

  it("asks for one more read that is believed", () => {
    expect(toChange(decodeDeferred("deal:9:harmed=1"))).toEqual({
      type: "deal",
      id: "9",
      at: {},
      looks: 4,
      failures: 0,
    });
  });

  it.each(["", "company", "company:x", "lead:7", "company:7:harmed", "company:7:harmed=x"])("is not %j", (text) => {
    expect(() => decodeDeferred(text)).toThrow(/deferred object is stored as/u);
  });

  it("is nothing that was settled or applied at once", () => {
    expect(encodeDeferred("company", { ...deferred, finding: { kind: "settled" } })).toEqual([]);
    expect(encodeDeferred("company", { ...deferred, finding: { kind: "suspect", repairs: [repair] } })).toEqual([]);
  });
});
