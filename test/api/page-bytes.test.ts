import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createApiWorld } from "../fixtures/api-world.ts";
import { sampleCustomer, sampleProject } from "../fixtures/sample-records.ts";

/** What a function may answer: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MOST_ANSWERED_BYTES = 6 * 1024 * 1024;

/** HubSpot's longest text. */
const LONG = "ä".repeat(65_536);

const IDS = Array.from({ length: 100 }, (_, index) => String(index + 1));

const listing = z.object({ items: z.array(z.object({ companyId: z.string() })), cursor: z.string().optional() });

const bytesOf = (answer: APIGatewayProxyStructuredResultV2): number => Buffer.byteLength(JSON.stringify(answer));

function longCustomer(id: string) {
  const customer = sampleCustomer(id);
  if (customer.fields === undefined) throw new Error("no fields");
  return { ...customer, fields: { ...customer.fields, remark: LONG } };
}

function longProject(id: string) {
  const project = sampleProject(id, "1");
  if (project.own === undefined) throw new Error("no fields of ZEP");
  return { ...project, own: { ...project.own, tasks: [LONG, LONG] } };
}

describe("an answer of the API", () => {
  it("is no longer than a function may answer, and its cursor leads to what is left out", async () => {
    const world = createApiWorld();
    for (const id of IDS) await world.store.write(longCustomer(id));
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const query = `limit=100${cursor === undefined ? "" : `&cursor=${cursor}`}`;
      const answer = await world.ask({ path: "/v1/customers", query });
      expect(answer.statusCode).toBe(200);
      expect(bytesOf(answer)).toBeLessThan(MOST_ANSWERED_BYTES);
      const page = listing.parse(JSON.parse(answer.body ?? ""));
      expect(page.items.length).toBeGreaterThan(0);
      found.push(...page.items.map(({ companyId }) => companyId));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(found).toEqual(IDS);
  });

  it("shows of a customer's projects as many as fit", async () => {
    const world = createApiWorld();
    await world.store.write(longCustomer("1"));
    for (const id of IDS) await world.store.write(longProject(id));
    const answer = await world.ask({ path: "/v1/customers/1" });
    expect(answer.statusCode).toBe(200);
    expect(bytesOf(answer)).toBeLessThan(MOST_ANSWERED_BYTES);
    const { projects } = z.object({ projects: z.array(z.unknown()) }).parse(JSON.parse(answer.body ?? ""));
    expect(projects.length).toBeGreaterThan(0);
    expect(projects.length).toBeLessThan(IDS.length);
  });

  it("shows one record also where it alone is longer than a page", async () => {
    const world = createApiWorld();
    const project = longProject("1");
    const tasks = Array.from({ length: 16 }, () => LONG);
    await world.store.write({ ...project, own: { ...project.own, tasks } });
    const answer = await world.ask({ path: "/v1/projects" });
    expect(z.object({ items: z.array(z.unknown()) }).parse(JSON.parse(answer.body ?? "")).items).toHaveLength(1);
  });
});
