import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { METRICS } from "../../lib/contract.ts";
import { NonRetryableError, RetryableError } from "../../lib/sync/errors.ts";
import { batchAnswer, stubHubSpot, TOKEN, wireObject } from "./stub-hubspot.ts";
import type { SentRequest, StubAnswer, StubbedHubSpot } from "./stub-hubspot.ts";

const OK: StubAnswer = { body: { portalId: 1, uiDomain: "app.hubspot.com", timeZone: "Europe/Berlin" } };

/** What a read of the account calls. */
const CALL = "GET /account-info/2026-09/details";

/** Answers these in turn, and the last one from then on. */
function inTurn(...answers: readonly [StubAnswer, ...StubAnswer[]]): () => StubAnswer {
  let next = 0;
  return () => {
    const answer = answers[Math.min(next, answers.length - 1)] ?? answers[0];
    next += 1;
    return answer;
  };
}

async function failureOf({ run, reader }: StubbedHubSpot): Promise<unknown> {
  return run(reader.readAccount()).catch((error: unknown) => error);
}

/** Milliseconds between the requests that left. */
function pausesOf({ sent }: StubbedHubSpot): readonly number[] {
  return sent.slice(1).map(({ atMs }, index) => atMs - (sent[index]?.atMs ?? 0));
}

function nameError(name: string): Error {
  return Object.assign(new Error("secret"), { name });
}

function rejectOld({ headers }: SentRequest): StubAnswer {
  return headers["authorization"] === "Bearer new" ? OK : { status: 401, body: {} };
}

describe("createTransport", () => {
  it("sends the token and asks for JSON", async () => {
    const hubspot = stubHubSpot(() => OK);
    await hubspot.run(hubspot.reader.readAccount());
    expect(hubspot.sent[0]?.headers).toEqual({ accept: "application/json", authorization: `Bearer ${TOKEN}` });
    expect(hubspot.counts).toEqual({ [METRICS.hubspotCalls]: 1 });
  });

  it("says that a body is JSON", async () => {
    const hubspot = stubHubSpot(() => batchAnswer([wireObject("1")]));
    await hubspot.run(hubspot.reader.readObjects("deal", ["1"]));
    expect(hubspot.sent[0]?.headers).toMatchObject({ "content-type": "application/json" });
  });

  it.each([
    [60_000, 4, "serverError"],
    [3_500, 3, "serverError"],
    [900, 1, "serverError"],
    [0, 0, "timeUp"],
  ])("repeats nothing for which no time is left: in %i ms it sends %i times", async (timeMs, sends, code) => {
    const hubspot = stubHubSpot(() => ({ status: 500, body: {} }));
    const endMs = hubspot.clock.now() + timeMs;
    const unread: unknown[] = [];
    const apart = {
      setAside: (_id: string, error: unknown) => void unread.push(error),
      isOverdue: () => false,
      leftMs: () => endMs - hubspot.clock.now(),
    };
    const reading = hubspot.run(hubspot.reader.readObjects("deal", ["1"], apart));
    await reading.catch((error: unknown) => unread.push(error));
    expect(unread).toEqual([expect.objectContaining({ code })]);
    expect(hubspot.sent).toHaveLength(sends);
  });

  it("keeps v3 and v4 paths when the version is v3", async () => {
    const hubspot = stubHubSpot(() => ({ body: { results: [] } }), { apiVersion: "v3" });
    await hubspot.run(hubspot.reader.listPage("deal"));
    await hubspot.run(hubspot.reader.listDealStages());
    await failureOf(hubspot);
    await hubspot.run(hubspot.reader.readCompanyLinks("deal", ["1"])).catch(() => undefined);
    await hubspot.run(hubspot.reader.hasCompanyProperty("zep")).catch(() => undefined);
    expect(hubspot.sent.map(({ path }) => path)).toEqual([
      "/crm/v3/objects/deals",
      "/crm/v3/pipelines/deals",
      "/account-info/v3/details",
      "/crm/v4/associations/deals/companies/batch/read",
      "/crm/v3/properties/companies/zep",
    ]);
  });

  it.each([
    ["500", { status: 500, body: {} }, "serverError", [1_000, 2_000, 4_000]],
    ["502 with a page", { status: 502, body: "<html>Bad gateway</html>" }, "serverError", [1_000, 2_000, 4_000]],
    ["521", { status: 521, body: "" }, "serverError", [1_000, 2_000, 4_000]],
    ["408", { status: 408, body: {} }, "serverError", [1_000, 2_000, 4_000]],
    ["302", { status: 302, headers: { location: "/maintenance" }, body: "" }, "serverError", [1_000, 2_000, 4_000]],
    [
      "200 with a page",
      { headers: { "content-type": "text/html" }, body: "<html>" },
      "serverError",
      [1_000, 2_000, 4_000],
    ],
    ["423", { status: 423, body: {} }, "locked", [2_000, 4_000, 8_000]],
    [
      "429 of the ten-second window",
      { status: 429, body: { policyName: "TEN_SECONDLY_ROLLING" } },
      "rateLimited",
      [2_000, 4_000, 8_000],
    ],
    ["429 without a policy", { status: 429, body: {} }, "rateLimited", [2_000, 4_000, 8_000]],
    ["429 with a page", { status: 429, body: "<html>" }, "rateLimited", [2_000, 4_000, 8_000]],
  ] as const)("repeats after %s three times with growing pauses", async (...row) => {
    const [, answer, code, pauses] = row;
    const hubspot = stubHubSpot(() => answer);
    const failure = await failureOf(hubspot);
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure).toMatchObject({ code });
    expect(pausesOf(hubspot)).toEqual(pauses);
  });

  it("follows no redirect, where a page's 404 would look like HubSpot's", async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer(({ url }, response) => {
      asked.push(url);
      if (url === "/maintenance") response.writeHead(404).end();
      else response.writeHead(302, { location: "/maintenance" }).end();
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("expected a TCP address");
    const baseUrl = `http://127.0.0.1:${address.port}`;
    const { reader } = stubHubSpot(() => OK, { baseUrl, fetch, attempts: 1 });
    await expect(reader.readAccount()).rejects.toMatchObject({ name: "RetryableError", code: "serverError" });
    expect(asked).toEqual(["/account-info/2026-09/details"]);
    server.closeAllConnections();
    server.close();
  });

  it("answers as soon as a repetition succeeds", async () => {
    const hubspot = stubHubSpot(inTurn({ status: 503, body: "" }, { status: 429, body: {} }, OK));
    expect(await hubspot.run(hubspot.reader.readAccount())).toMatchObject({ portalId: "1" });
    expect(hubspot.counts).toEqual({ [METRICS.hubspotCalls]: 3, [METRICS.hubspotRateLimited]: 1 });
  });

  it("waits at least as long as Retry-After says", async () => {
    const hubspot = stubHubSpot(inTurn({ status: 429, headers: { "retry-after": "7" }, body: {} }, OK));
    await hubspot.run(hubspot.reader.readAccount());
    expect(pausesOf(hubspot)).toEqual([7_000]);
  });

  it("adds up to half of a pause at random", async () => {
    const hubspot = stubHubSpot(inTurn({ status: 503, body: "" }, OK), { random: () => 0.5 });
    await hubspot.run(hubspot.reader.readAccount());
    expect(pausesOf(hubspot)).toEqual([1_250]);
  });

  it("does not wait beyond its budget, and tells what HubSpot asked for", async () => {
    const hubspot = stubHubSpot(() => ({ status: 429, headers: { "retry-after": "31" }, body: {} }));
    expect(await failureOf(hubspot)).toMatchObject({ code: "rateLimited", retryAfterSeconds: 31 });
    expect(hubspot.sent).toHaveLength(1);
  });

  it.each([
    ["of 999 ms not for a pause of a second", 999, 0, 1],
    ["of a second for that pause and no more", 1_000, 0, 2],
    ["by what its answers and its pauses take", 30_000, 9_000, 3],
  ])("uses up a budget %s", async (...row) => {
    const [, budgetMs, takesMs, sends] = row;
    const hubspot = stubHubSpot(() => ({ status: 503, body: "", takesMs }), { budgetMs });
    expect(await failureOf(hubspot)).toMatchObject({ code: "serverError" });
    expect(hubspot.sent).toHaveLength(sends);
  });

  it.each([
    ["the daily limit", { status: 429, body: { policyName: "DAILY" } }, "dailyLimit"],
    ["a migration", { status: 477, headers: { "retry-after": "86400" }, body: {} }, "migrating"],
  ])("hands %s back at once", async (_name, answer, code) => {
    const hubspot = stubHubSpot(() => answer);
    const failure = await failureOf(hubspot);
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure).toMatchObject({ code });
    expect(hubspot.sent).toHaveLength(1);
  });

  it.each([400, 409, 414])("does not repeat what is answered %i", async (status) => {
    const hubspot = stubHubSpot(() => ({ status, body: {} }));
    const failure = await failureOf(hubspot);
    expect(failure).toBeInstanceOf(NonRetryableError);
    expect(failure).toMatchObject({ code: "badAnswer" });
    expect(hubspot.counts).toEqual({ [METRICS.hubspotCalls]: 1 });
  });

  it.each([
    ["a timeout", nameError("TimeoutError"), "timeout", `did not answer ${CALL} in time`],
    ["an attempt that was cut off", nameError("AbortError"), "timeout", `did not answer ${CALL} in time`],
    ["a broken connection", new TypeError("secret"), "unreachable", `could not be reached for ${CALL}: TypeError`],
    ["what is no error", "secret", "unreachable", `could not be reached for ${CALL}: unknown`],
  ])("repeats after %s and keeps its text out of the error", async (...row) => {
    const [, error, code, message] = row;
    const hubspot = stubHubSpot(() => {
      throw error;
    });
    const failure = await failureOf(hubspot);
    expect(failure).toMatchObject({
      name: "RetryableError",
      code,
      cause: undefined,
      message: `HubSpot ${message}`,
    });
    expect(pausesOf(hubspot)).toEqual([500, 1_000, 2_000]);
  });

  it("gives every attempt a signal that ends it", async () => {
    let signal: AbortSignal | undefined;
    const hubspot = stubHubSpot(() => OK, {
      timeoutMs: 1,
      attempts: 1,
      fetch: (_url, init) => {
        signal = init.signal;
        const { promise, reject } = Promise.withResolvers<never>();
        init.signal.addEventListener("abort", () => reject(init.signal.reason));
        return promise;
      },
    });
    await expect(hubspot.reader.readAccount()).rejects.toMatchObject({ code: "timeout" });
    expect(signal?.aborted).toBe(true);
  });

  it("counts a lacking scope like a rejected token: nothing is synced either way", async () => {
    const hubspot = stubHubSpot(() => ({ status: 403, body: {} }));
    await failureOf(hubspot);
    expect(hubspot.counts).toEqual({ [METRICS.hubspotCalls]: 1, [METRICS.tokenRejected]: 1 });
  });

  it("tells how much of the day's calls is used, and 100 % when HubSpot says so", async () => {
    const headers = { "x-hubspot-ratelimit-daily": "1000", "x-hubspot-ratelimit-daily-remaining": "190" };
    const used = stubHubSpot(() => ({ ...OK, headers }));
    await used.run(used.reader.readAccount());
    expect(used.counts[METRICS.hubspotDailyUsedPercent]).toBeCloseTo(81);
    const usedUp = stubHubSpot(() => ({ status: 429, body: { policyName: "DAILY" } }));
    await failureOf(usedUp);
    expect(usedUp.counts[METRICS.hubspotDailyUsedPercent]).toBe(100);
  });

  it("names method and path in errors", async () => {
    const failure = await failureOf(stubHubSpot(() => ({ status: 400, body: {} })));
    expect(String(failure)).toBe(`NonRetryableError: HubSpot answered 400 to ${CALL}`);
  });

  it("keeps the query out of errors", async () => {
    const hubspot = stubHubSpot(() => ({ status: 400, body: {} }));
    const failure = hubspot.run(hubspot.reader.listPage("deal", "token-of-a-page"));
    await expect(failure).rejects.not.toThrow(/token-of-a-page/u);
  });

  it("fails on a 404 where the path always exists", async () => {
    const hubspot = stubHubSpot(() => ({ status: 404, body: {} }));
    await expect(hubspot.run(hubspot.reader.listDealStages())).rejects.toMatchObject({
      name: "NonRetryableError",
      code: "badAnswer",
    });
  });

  it.each([[[]], [[""]]])("makes no call when %j is stored as the token", async (stored: readonly string[]) => {
    const accessToken = { read: async () => stored, reread: async () => stored };
    const hubspot = stubHubSpot(() => OK, { accessToken });
    expect(await failureOf(hubspot)).toMatchObject({
      name: "NonRetryableError",
      code: "misconfigured",
      message: "There is no access token for HubSpot",
    });
    expect(hubspot.sent).toEqual([]);
  });

  describe("with a rejected token", () => {
    it("goes on with the token that was stored meanwhile", async () => {
      const accessToken = { read: async () => ["old"], reread: async () => ["new", "old"] };
      const hubspot = stubHubSpot(rejectOld, { accessToken });
      expect(await hubspot.run(hubspot.reader.readAccount())).toMatchObject({ portalId: "1" });
      expect(hubspot.counts).toEqual({ [METRICS.hubspotCalls]: 2 });
    });

    it.each([[["old"]], [["", "old"]]])("fails without another call when only %j is stored", async (stored) => {
      const accessToken = { read: async () => ["old"], reread: async () => stored };
      const hubspot = stubHubSpot(rejectOld, { accessToken });
      const failure = await failureOf(hubspot);
      expect(failure).toBeInstanceOf(NonRetryableError);
      expect(failure).toMatchObject({ code: "tokenRejected" });
      expect(hubspot.counts).toEqual({ [METRICS.hubspotCalls]: 1, [METRICS.tokenRejected]: 1 });
    });

    it.each(["pat-eu1-•••", "…", "pat eu1", "pat\n", "p\u00e4t"])(
      "calls nobody with %j, which is no token",
      async (token) => {
        const accessToken = { read: async () => [token], reread: async () => [token] };
        const hubspot = stubHubSpot(rejectOld, { accessToken });
        const failure = await failureOf(hubspot);
        expect(failure).toMatchObject({ code: "tokenRejected", message: expect.stringMatching(/no token has.*Copy/u) });
        expect(String(failure)).not.toContain("eu1");
        expect(hubspot.counts).toEqual({ [METRICS.tokenRejected]: 1 });
      },
    );

    it("fails when the other token is rejected as well", async () => {
      const accessToken = { read: async () => ["old"], reread: async () => ["older", "new"] };
      const hubspot = stubHubSpot(rejectOld, { accessToken });
      expect(await failureOf(hubspot)).toMatchObject({ code: "tokenRejected" });
      expect(hubspot.sent).toHaveLength(2);
    });
  });
});
