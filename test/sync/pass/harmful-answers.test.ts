import { describe, expect, it } from "vitest";
import * as z from "zod";
import { METRICS } from "../../../lib/contract.ts";
import { companyId, fill, sums, work, type Filled } from "../../fixtures/pass-portal.ts";
import type { SpoilAnswer, WireAnswer } from "../../fixtures/pass-world.ts";
import { contentOf } from "../../fixtures/sync-world.ts";

const listing = z.looseObject({
  results: z.array(z.looseObject({ id: z.string(), archived: z.boolean() })),
  paging: z.unknown().optional(),
});
type Listing = z.infer<typeof listing>;

type CallName = "list" | "read" | "other";

/** Which of HubSpot's calls this is; everything that confirms a suspicion is a `read`. */
function nameCall({ pathname, searchParams }: URL): CallName {
  if (pathname.endsWith("/batch/read")) return "read";
  return searchParams.has("limit") ? "list" : "other";
}

const isOf = (type: "companies" | "contacts" | "deals") => (url: URL) => url.pathname.endsWith(`/${type}`);
const isAll = (): boolean => true;

/** Changes list pages, from the n-th matching one on. */
function spoilLists(
  change: (page: Listing) => unknown,
  { matches = isAll, from = 0 }: { readonly matches?: (url: URL) => boolean; readonly from?: number } = {},
): SpoilAnswer {
  let pages = 0;
  return (url, answer) => {
    if (nameCall(url) !== "list" || !matches(url)) return answer;
    pages += 1;
    if (pages <= from) return answer;
    const page = listing.parse(JSON.parse(answer.body));
    return { status: 200, body: JSON.stringify(change(page)) };
  };
}

/** Answers matching list calls with something else, from the n-th one on. */
function replaceLists(
  answer: WireAnswer,
  { matches = isAll, from = 0 }: { readonly matches?: (url: URL) => boolean; readonly from?: number } = {},
): SpoilAnswer {
  let pages = 0;
  return (url, right) => {
    if (nameCall(url) !== "list" || !matches(url)) return right;
    pages += 1;
    return pages <= from ? right : answer;
  };
}

const json = (status: number, body: unknown): WireAnswer => ({ status, body: JSON.stringify(body) });
const HTML: WireAnswer = { status: 200, body: "<html><head><title>Maintenance</title></head><body></body></html>" };
const EMPTY = json(200, { results: [] });
const MISSING_SCOPE = json(403, { category: "MISSING_SCOPES", message: "This app hasn't been granted all scopes" });
const BAD_TOKEN = json(401, { category: "INVALID_AUTHENTICATION", message: "Authentication credentials not found" });

/** What is left of a page without its end: no `paging.next`, as if it were the last one. */
const cutOff = (page: Listing): unknown => ({ results: page.results.slice(0, 40) });

function repeatFirstPage(): SpoilAnswer {
  const first = new Map<string, WireAnswer>();
  return (url, answer) => {
    if (nameCall(url) !== "list") return answer;
    const known = first.get(url.pathname);
    if (known === undefined) first.set(url.pathname, answer);
    return known ?? answer;
  };
}

const withoutLinks = (page: Listing): unknown => ({
  ...page,
  results: page.results.map(({ associations: _associations, ...object }) => object),
});

const swapped = ({ results: [first, second, ...rest], ...page }: Listing): unknown => ({
  ...page,
  results: [second, first, ...rest],
});

const archived = (page: Listing): unknown => ({
  ...page,
  results: page.results.map((object) => ({ ...object, archived: true })),
});

/** A portal that is carried over; nothing in it changes any more. */
async function carryOver(): Promise<Filled> {
  const filled = fill({ companies: 240, contacts: 250, deals: 220 });
  await filled.world.runPass();
  await work(filled);
  await filled.world.clock.run(filled.world.clock.sleep(60_000));
  return filled;
}

type Listings = readonly (readonly [name: string, spoil: () => SpoilAnswer, reason: RegExp])[];

/** What no pass can work with. */
const FATAL: Listings = [
  [
    "another portal's token",
    () => (url, answer) =>
      url.pathname.endsWith("/details") ? json(200, { ...Object(JSON.parse(answer.body)), portalId: 1 }) : answer,
    /account 1,/u,
  ],
  [
    "a token revoked at the start",
    () => () => BAD_TOKEN,
    /^HubSpot does not accept the access token: .* 401 .*secrets set access-token/u,
  ],
  [
    "a token revoked in the middle of the listing",
    () => replaceLists(BAD_TOKEN, { from: 4 }),
    /^HubSpot does not accept the access token: .* 401 .*secrets set access-token/u,
  ],
  [
    "a scope lost for contacts",
    () => replaceLists(MISSING_SCOPE, { matches: isOf("contacts") }),
    /403 to GET .*contacts/u,
  ],
  [
    "a scope lost for deals, in the middle",
    () => replaceLists(MISSING_SCOPE, { matches: isOf("deals"), from: 1 }),
    /403 to GET .*deals/u,
  ],
  ["a page that comes again and again", repeatFirstPage, /out of order/u],
  ["ids out of order on a page", () => spoilLists(swapped), /out of order/u],
  ["ids out of order on a later page", () => spoilLists(swapped, { from: 5 }), /out of order/u],
  [
    "an id that comes twice",
    () => spoilLists(({ results: [first, ...rest], ...page }) => ({ ...page, results: [first, first, ...rest] })),
    /out of order/u,
  ],
  [
    "an empty page in the middle",
    () => spoilLists((page) => ({ ...page, results: [] }), { matches: isOf("companies") }),
    /empty company page/u,
  ],
  ["an error page with status 200", () => replaceLists(HTML), /page instead of JSON/u],
  [
    "an error page in the middle",
    () => replaceLists(HTML, { matches: isOf("deals"), from: 1 }),
    /page instead of JSON/u,
  ],
  ["an error page with status 502", () => replaceLists({ ...HTML, status: 502 }), /502/u],
  ["nothing but 500 for hours", () => replaceLists(json(500, { category: "INTERNAL_ERROR" })), /500/u],
  ["nothing but 503 for contacts", () => replaceLists(json(503, {}), { matches: isOf("contacts"), from: 1 }), /503/u],
  [
    "JSON that is cut off",
    () => replaceLists({ status: 200, body: '{"results":[{"id":"1","prop' }),
    /could not be read/u,
  ],
  ["JSON of another shape", () => replaceLists(json(200, { data: [] })), /no results/u],
  ["JSON that is null", () => replaceLists(json(200, null)), /./u],
  ["results that are no list", () => replaceLists(json(200, { results: { total: 0 } })), /no results/u],
  ["objects without ids", () => replaceLists(json(200, { results: [{ properties: {} }] })), /without an id/u],
  [
    "objects without a stamp",
    () =>
      spoilLists((page) => ({ ...page, results: page.results.map(({ updatedAt: _updatedAt, ...object }) => object) })),
    /updatedAt/u,
  ],
  ["a path that does not exist", () => replaceLists(json(404, { message: "resource not found" })), /404/u],
];

/** What could be true, and is stopped by the brake. */
const DOUBTFUL: Listings = [
  ["an empty answer for everything", () => replaceLists(EMPTY), /listed no company at all/u],
  [
    "an empty answer for companies",
    () => replaceLists(EMPTY, { matches: isOf("companies") }),
    /listed no company at all/u,
  ],
  [
    "an empty answer for contacts",
    () => replaceLists(EMPTY, { matches: isOf("contacts") }),
    /^HubSpot listed no contact at all/u,
  ],
  [
    "an empty answer for deals",
    () => replaceLists(EMPTY, { matches: isOf("deals") }),
    /^HubSpot listed no deal at all/u,
  ],
  ["an end in the middle of the first page", () => spoilLists(cutOff), /would be deactivated/u],
  [
    "an end in the middle of the second page",
    () => spoilLists(cutOff, { matches: isOf("contacts"), from: 1 }),
    /type contact would/u,
  ],
  [
    "every second object",
    () => spoilLists((page) => ({ ...page, results: page.results.filter((_, index) => index % 2 === 0) })),
    /would be deactivated/u,
  ],
  ["no associations", () => spoilLists(withoutLinks), /type deal would be deactivated or lose their customer/u],
  [
    "no associations of deals",
    () => spoilLists(withoutLinks, { matches: isOf("deals") }),
    /^\d+ of \d+ records of type deal/u,
  ],
];

type Quiet = readonly (readonly [name: string, spoil: () => SpoilAnswer])[];

/** What the brake lets pass, for it is little; reading each object once more tells that it is there after all. */
const SMALL: Quiet = [
  [
    "a list that ends one object early",
    () =>
      spoilLists(({ results, ...page }) => ({ ...page, results: results.slice(0, -1) }), {
        matches: isOf("deals"),
        from: 2,
      }),
  ],
  ["a last page that shows its objects as archived", () => spoilLists(archived, { matches: isOf("deals"), from: 2 })],
  [
    "a page that lacks ten objects in its middle",
    () =>
      spoilLists(({ results, ...page }) => ({ ...page, results: results.toSpliced(40, 10) }), {
        matches: isOf("companies"),
        from: 1,
      }),
  ],
  ["a last page without associations", () => spoilLists(withoutLinks, { matches: isOf("deals"), from: 2 })],
];

/** A portal in which one company was deleted unheard. */
async function deleteOne(): Promise<Filled> {
  const filled = await carryOver();
  filled.hubspot.delete("company", companyId(3));
  await filled.world.clock.run(filled.world.clock.sleep(60_000));
  return filled;
}

describe("a pass confirms a small loss by reading", () => {
  it.each(SMALL)("and changes nothing given %s", async (...[, spoil]) => {
    const filled = await carryOver();
    const before = contentOf(filled.world);
    filled.world.faults.answer = spoil();
    const pass = await filled.world.runPass();
    expect(pass.status).toBe("succeeded");
    expect(sums(pass, "repaired")).toEqual([0, 0, 0]);
    expect(Math.max(...sums(pass, "spared"))).toBeGreaterThan(0);
    expect(contentOf(filled.world)).toEqual(before);
  });

  it.each<[name: string, reads: SpoilAnswer]>([
    [
      "an error entry that says nothing of the object",
      () =>
        json(207, {
          status: "COMPLETE",
          results: [],
          errors: [{ status: "error", category: "INTERNAL_ERROR", message: "?" }],
        }),
    ],
    ["an error page", () => HTML],
    ["500", () => json(500, {})],
    ["another shape", () => json(200, { answers: [] })],
    [
      "live objects where archived ones were asked for",
      (_url, { status, body }) => ({ status, body: body.replaceAll('"archived":true', '"archived":false') }),
    ],
  ])("and fails when that answers %s", async (_name, reads) => {
    const filled = await deleteOne();
    const before = contentOf(filled.world);
    filled.world.faults.answer = (url, answer) => (nameCall(url) === "read" ? reads(url, answer) : answer);
    expect(await filled.world.runPass()).toMatchObject({ status: "failed" });
    expect(contentOf(filled.world)).toEqual(before);
    filled.world.faults.answer = undefined;
    const next = await filled.world.runPass();
    expect([next.status, next.counts["company"]?.["deactivated"]]).toEqual(["succeeded", 1]);
  });

  it("and fails when the token was changed to another account's after the listing", async () => {
    const filled = await deleteOne();
    const before = contentOf(filled.world);
    let accounts = 0;
    filled.world.faults.answer = (url, answer) => {
      if (!url.pathname.endsWith("/details")) return answer;
      accounts += 1;
      return accounts > 1 ? json(200, { ...Object(JSON.parse(answer.body)), portalId: 1 }) : answer;
    };
    const pass = await filled.world.runPass();
    expect([pass.status, pass.reason]).toEqual(["failed", expect.stringContaining("account 1,")]);
    expect(contentOf(filled.world)).toEqual(before);
  });
});

describe.each([["fails", "failed", FATAL] as const, ["is stopped", "stopped", DOUBTFUL] as const])(
  "a pass %s and changes nothing",
  (_how, status, listings) => {
    it.each(listings)("given %s", async (...[, spoil, reason]) => {
      const filled = await carryOver();
      const before = contentOf(filled.world);
      filled.world.faults.answer = spoil();
      const pass = await filled.world.runPass();
      expect(pass.reason).toMatch(reason);
      expect(pass.status).toBe(status);
      expect(contentOf(filled.world)).toEqual(before);
      expect(filled.world.queue.size()).toBe(0);
      expect(filled.world.metrics).toMatchObject({
        [METRICS.passSucceeded]: 1,
        [status === "failed" ? METRICS.passFailed : METRICS.passStopped]: 1,
      });
      filled.world.faults.answer = undefined;
      expect(await filled.world.runPass()).toMatchObject({ status: "succeeded" });
      expect(contentOf(filled.world)).toEqual(before);
    });
  },
);
