import { describe, expect, it } from "vitest";
import { NonRetryableError } from "../../lib/sync/errors.ts";
import { selectLogFields } from "../../lib/telemetry/log-fields.ts";

describe("selectLogFields", () => {
  it("keeps ids, types, states, reasons and counts", () => {
    const fields = { companyId: "512", type: "company", state: "linked", reason: "noCompany", tookMs: 12, isDue: true };
    expect(selectLogFields(fields)).toEqual(fields);
  });

  it("drops names it does not know and says which", () => {
    expect(selectLogFields({ id: "1", name: "Müller GmbH", email: "a@example.com" })).toEqual({
      id: "1",
      dropped: "name,email",
    });
  });

  it.each([
    ["an object", { a: 1 }],
    ["a list", ["Anna"]],
    ["an address", "anna@example.com"],
    ["a long text", "x".repeat(201)],
    ["null", null],
  ])("drops %s under a known name", (_kind, value) => {
    expect(selectLogFields({ reason: value })).toEqual({ dropped: "reason" });
  });

  it("leaves out what is undefined", () => {
    expect(selectLogFields({ reason: undefined })).toEqual({});
  });

  it("tells our own errors with code and message", () => {
    const error = new NonRetryableError("HubSpot answered 403", {
      code: "scopeMissing",
      cause: new TypeError("secret"),
    });
    expect(selectLogFields({ error })).toMatchObject({
      errorName: "NonRetryableError",
      errorCode: "scopeMissing",
      errorMessage: "HubSpot answered 403",
      errorCause: "TypeError",
      errorPlace: expect.stringContaining("log-fields.test.ts"),
    });
  });

  it("tells other errors without their message, which may quote personal data", () => {
    const lines = JSON.stringify(selectLogFields({ error: failParsing('{"email":"anna@example.com') }));
    expect(lines).toContain("SyntaxError");
    expect(lines).not.toContain("anna");
  });

  it("keeps a text that a caller made of an error", () => {
    const error = "HubSpot answered 503, expected 200";
    expect(selectLogFields({ error, code: "serverError" })).toEqual({ error, code: "serverError" });
  });

  it("keeps a message of several lines out of the place", () => {
    expect(JSON.stringify(selectLogFields({ error: new Error("first\nAnna\nlast") }))).not.toContain("Anna");
  });

  it("tells of a thrown thing that is no error by its kind alone", () => {
    expect(selectLogFields({ error: { name: "Anna" } })).toEqual({ errorName: "object" });
  });
});

function failParsing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}
