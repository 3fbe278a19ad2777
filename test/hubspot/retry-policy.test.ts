import { describe, expect, it } from "vitest";
import { judgeAnswer } from "../../lib/hubspot/retry-policy.ts";
import type { AnswerVerdict } from "../../lib/hubspot/retry-policy.ts";

const JSON_TYPE = { "content-type": "application/json" };

/** What to do with such an answer to the call `GET /x`. */
function judge(
  status: number,
  { headers = JSON_TYPE, body = {} }: { readonly headers?: Record<string, string>; readonly body?: unknown } = {},
): AnswerVerdict {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return judgeAnswer({ status, headers: new Headers(headers), body: text }, "GET /x");
}

function messageOf(verdict: AnswerVerdict): string {
  return verdict.kind === "accept" ? "" : verdict.error.message;
}

describe("judgeAnswer", () => {
  it.each([
    ["says that it is JSON", JSON_TYPE],
    ["says nothing of what it is", {}],
  ])("takes a success that %s", (_name, headers) => {
    expect(judge(299, { headers, body: '{"name":"<b>"}' })).toEqual({ kind: "accept" });
  });

  it.each([
    ["by its type", { "content-type": "text/html;charset=utf-8" }, "Maintenance"],
    ["by how it begins", JSON_TYPE, "\r\n\t <!doctype html>"],
    ["by how it begins, without a type", {}, "<html>"],
  ])("repeats after a success that is a page %s", (_name, headers, body) => {
    const verdict = judge(200, { headers, body });
    expect(verdict).toMatchObject({ kind: "retry", waitSeconds: 1, error: { code: "serverError" } });
    expect(messageOf(verdict)).toBe("HubSpot answered 200 with a page instead of JSON to GET /x");
  });

  it.each([199, 300, 399])("takes a status of %i for no success, and for none of HubSpot's own", (status) => {
    expect(judge(status)).toMatchObject({ kind: "retry", error: { code: "serverError" } });
  });

  it.each([
    ["7", 7],
    ["7.25", 7.25],
    ["7x", undefined],
    ["x7", undefined],
    ["7.x", undefined],
    ["Wed, 21 Oct 2026 07:28:00 GMT", undefined],
  ])("reads Retry-After %j as %s seconds", (text, retryAfterSeconds) => {
    expect(judge(429, { headers: { "retry-after": text } })).toMatchObject({ error: { retryAfterSeconds } });
  });

  it("says which of the two limits is used up", () => {
    expect(messageOf(judge(429, { body: { policyName: "DAILY" } }))).toBe(
      "HubSpot answered 429 to GET /x (daily limit used up)",
    );
    expect(messageOf(judge(429, { body: { policyName: "SECONDLY" } }))).toBe("HubSpot answered 429 to GET /x");
  });

  it.each([
    ["no body", ""],
    ["a page", "<html>"],
    ["a number", "7"],
    ["errors that are no list", { errors: "x" }],
    ["errors that are none of HubSpot's", { errors: ["x", null, { context: { requiredScopes: "x" } }] }],
    ["a scope that ends as anything", { errors: [{ context: { requiredScopes: ["ada@b.example"] } }] }],
    ["a scope that begins as anything", { errors: [{ context: { requiredScopes: ["<b> ada"] } }] }],
    ["a correlation id that could be anything", { correlationId: "ada@b.example" }],
  ])("tells of a lost scope, and no more, when there is %s", (_name, body) => {
    expect(judge(403, { body })).toMatchObject({
      kind: "fail",
      error: { name: "NonRetryableError", code: "scopeMissing", message: "HubSpot answered 403 to GET /x" },
    });
  });

  it("names each scope that is lacking once, under either key, after the correlation id", () => {
    const errors = [
      { message: "x", context: { requiredScopes: ["crm.objects.deals.read"] } },
      { message: "x", context: { requiredGranularScopes: ["crm.objects.contacts.read", "crm.objects.deals.read"] } },
    ];
    const body = { status: "error", category: "MISSING_SCOPES", correlationId: "7a3c-1", errors };
    expect(messageOf(judge(403, { body }))).toBe(
      "HubSpot answered 403 to GET /x (correlation id 7a3c-1); the access token lacks crm.objects.deals.read, crm.objects.contacts.read",
    );
  });

  it("tells the correlation id and nothing else of an error's body", () => {
    const body = { message: "ada@example.com is bad", correlationId: "abc-1", context: { email: ["ada@example.com"] } };
    expect(messageOf(judge(400, { body }))).toBe("HubSpot answered 400 to GET /x (correlation id abc-1)");
  });

  it("says in plain words that the token is not accepted, and what to do", () => {
    expect(judge(401)).toMatchObject({ kind: "tokenRejected", error: { code: "tokenRejected" } });
    expect(messageOf(judge(401))).toMatch(
      /^HubSpot does not accept the access token: HubSpot answered 401 to GET \/x\. .*`npx hubspot-zep secrets set /u,
    );
  });
});
