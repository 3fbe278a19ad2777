import { describe, expect, it } from "vitest";
import {
  BadCursorError,
  isOutage,
  NonRetryableError,
  RetryableError,
  type FailureCode,
} from "../../lib/sync/errors.ts";

/** Of each code: whether every other object would fail as well. */
const CODES: Readonly<Record<FailureCode, boolean>> = {
  unreachable: true,
  timeout: true,
  rateLimited: true,
  dailyLimit: true,
  migrating: true,
  serverError: true,
  tokenRejected: true,
  scopeMissing: true,
  wrongPortal: true,
  throttled: true,
  misconfigured: true,
  timeUp: true,
  locked: false,
  badAnswer: false,
  refused: false,
};

describe("isOutage", () => {
  it.each(Object.entries(CODES))("of %s is %s", (code, isExpected) => {
    const codes: readonly string[] = Object.keys(CODES);
    const known = (candidate: string): candidate is FailureCode => codes.includes(candidate);
    if (!known(code)) throw new Error(`unknown code ${code}`);
    expect(isOutage(new RetryableError("failed", { code }))).toBe(isExpected);
    expect(isOutage(new NonRetryableError("failed", { code }))).toBe(isExpected);
  });

  it("is false of a bug, whatever code it has", () => {
    expect(isOutage(Object.assign(new Error("a bug"), { code: "timeout" }))).toBe(false);
    expect(isOutage("timeout")).toBe(false);
  });
});

describe("errors", () => {
  it("keep what caused them", () => {
    const cause = new Error("socket closed");
    const retryable = new RetryableError("failed", { code: "timeout", cause, retryAfterSeconds: 3 });
    expect(retryable).toMatchObject({ cause, code: "timeout", retryAfterSeconds: 3 });
    expect(new NonRetryableError("failed", { code: "refused", cause })).toMatchObject({ cause, code: "refused" });
  });

  it("name a cursor that is of no list by its length only", () => {
    expect(new BadCursorError("geheim")).toMatchObject({
      code: "refused",
      message: "The cursor of 6 characters is none of this list; leave it out to start anew",
    });
  });
});
