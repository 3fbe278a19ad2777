import { describe, expect, it } from "vitest";
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { createApiWorld, type ApiRequest, type ApiWorld } from "../fixtures/api-world.ts";
import { sampleCompany, sampleDeal } from "../fixtures/sample-objects.ts";
import { change } from "../fixtures/sync-world.ts";

/** Company 1 and its deal 5 are here; company 91 and deal 95 are in HubSpot alone. */
async function createFamily(): Promise<ApiWorld> {
  const world = createApiWorld();
  world.hubspot.putCompany(sampleCompany("1"));
  world.hubspot.putDeal(sampleDeal("5"), "1");
  await world.tell(change("deal", "5"));
  await world.drain();
  world.hubspot.putCompany(sampleCompany("91"));
  world.hubspot.putDeal(sampleDeal("95"), "91");
  return world;
}

interface Route extends Required<Pick<ApiRequest, "path">> {
  readonly method: "PATCH" | "POST";
  readonly id: string;
  /** All records of that kind. */
  readonly listIds: (world: ApiWorld) => readonly string[];
  /** The record it is about. */
  readonly record: string;
  readonly body?: object;
  /** What somebody else does to that record meanwhile. */
  readonly rival: object;
  readonly isDetached?: boolean;
}

const CUSTOMER = {
  id: "1",
  record: "/v1/customers/1",
  rival: { customerNumber: "K-RIVAL" },
  listIds: ({ store }: ApiWorld) => store.customers().map(({ companyId }) => companyId),
} as const;
const PROJECT = {
  id: "5",
  record: "/v1/projects/5",
  rival: { tasks: ["Rival"] },
  listIds: ({ store }: ApiWorld) => store.projects().map(({ dealId }) => dealId),
} as const;

const ROUTES: readonly Route[] = [
  { ...CUSTOMER, method: "PATCH", path: "/v1/customers/1", body: { customerNumber: "K-1" } },
  { ...CUSTOMER, method: "POST", path: "/v1/customers/1/detach" },
  { ...CUSTOMER, method: "POST", path: "/v1/customers/1/attach", body: {}, isDetached: true },
  { ...CUSTOMER, method: "POST", path: "/v1/customers/1/attach", body: { companyId: "91" }, isDetached: true },
  { ...PROJECT, method: "PATCH", path: "/v1/projects/5", body: { shortForm: "P-1" } },
  { ...PROJECT, method: "POST", path: "/v1/projects/5/detach" },
  { ...PROJECT, method: "POST", path: "/v1/projects/5/attach", body: {}, isDetached: true },
  { ...PROJECT, method: "POST", path: "/v1/projects/5/attach", body: { dealId: "95" }, isDetached: true },
];

interface Race {
  readonly answer: APIGatewayProxyStructuredResultV2;
  /** Calls of the table that the request made. */
  readonly calls: number;
  /** What the rival was answered, and whether it came while the record was still as the request had seen it. */
  readonly rival?: { readonly status: number | undefined; readonly isFirst: boolean };
}

/** Sends a request with the record's ETag; somebody else changes the record just before one call of the table. */
async function race(route: Route, atCall: number): Promise<Race & { readonly world: ApiWorld }> {
  const world = await createFamily();
  if (route.isDetached === true) await world.ask({ method: "POST", path: `${route.record}/detach` });
  await world.drain();
  const etag = String((await world.ask({ path: route.record })).headers?.["etag"]);
  const { path, method, body } = route;
  let calls = 0;
  let rival: Race["rival"];
  const interfere = async (): Promise<void> => {
    const seen = await world.ask({ path: route.record });
    const { statusCode: status } = await world.ask({ method: "PATCH", path: route.record, body: route.rival });
    rival = { status, isFirst: seen.headers?.["etag"] === etag };
  };
  world.faults.beforeStore = async () => {
    calls += 1;
    if (calls !== atCall) return;
    world.faults.beforeStore = undefined;
    await interfere();
  };
  const answer = await world.ask({ method, path, headers: { "if-match": etag }, ...(body && { body }) });
  world.faults.beforeStore = undefined;
  return { world, answer, calls, ...(rival && { rival }) };
}

describe("If-Match", () => {
  it.each(ROUTES.map((route) => [`${route.method} ${route.path} ${JSON.stringify(route.body ?? {})}`, route] as const))(
    "of %s holds to the very write, whenever somebody else changes the record",
    async (_name, route) => {
      const { calls, answer } = await race(route, 0);
      expect(answer.statusCode).toBe(200);
      let refusals = 0;
      for (let atCall = 1; atCall <= calls; atCall += 1) {
        const { world, answer: raced, rival } = await race(route, atCall);
        const when = `somebody else before call ${atCall}`;
        expect({ when, status: raced.statusCode }).toEqual({ when, status: rival?.isFirst === true ? 412 : 200 });
        if (raced.statusCode === 200) continue;
        refusals += 1;
        const now = await world.ask({ path: route.record });
        expect(JSON.parse(now.body ?? "")).toMatchObject(route.rival);
        expect(JSON.parse(raced.body ?? "")).toMatchObject({ etag: now.headers?.["etag"] });
        expect(route.listIds(world)).toEqual([route.id]);
      }
      expect(refusals).toBeGreaterThan(0);
    },
  );
});
