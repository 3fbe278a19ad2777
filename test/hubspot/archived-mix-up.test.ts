import { describe, expect, it } from "vitest";
import { batchAnswer, notFound, stubHubSpot, UPDATED_AT_MS, wireObject } from "./stub-hubspot.ts";

const AT_MS = 1_800_000_000_000;
const archived = (id: string): object => wireObject(id, {}, { archived: true });

describe("an answer that mixes archived and live objects up", () => {
  it("revives nothing: an archived object in a list of live ones is left out", async () => {
    const hubspot = stubHubSpot(() => ({ body: { results: [wireObject("1"), archived("2"), wireObject("3")] } }));
    const page = await hubspot.run(hubspot.reader.listPage("company"));
    expect(page.objects.map(({ object }) => object.id)).toEqual(["1", "3"]);
  });

  it("revives nothing: an archived object in a batch of live ones is believed to be archived once that is confirmed", async () => {
    const hubspot = stubHubSpot(() => batchAnswer([archived("1")]));
    const found = await hubspot.run(hubspot.reader.readObjects("deal", ["1"]));
    expect(found.get("1")).toEqual({ kind: "archived", readAtMs: AT_MS, updatedAtMs: UPDATED_AT_MS });
    expect(hubspot.sent.map(({ query }) => query.get("archived"))).toEqual(["false", "true"]);
  });

  it("deactivates nothing: a live object among archived ones makes the answer worthless", async () => {
    const hubspot = stubHubSpot(({ query }) =>
      query.get("archived") === "true" ? batchAnswer([wireObject("1")]) : batchAnswer([], [notFound("1")]),
    );
    const reading = hubspot.run(hubspot.reader.readObjects("deal", ["1"]));
    await expect(reading).rejects.toMatchObject({
      name: "RetryableError",
      code: "badAnswer",
      message: "HubSpot showed a live object among archived ones (deal 1)",
    });
  });

  it("takes an object read on its own for archived when it says so", async () => {
    const hubspot = stubHubSpot(({ method, query }) => {
      if (method === "GET") return { body: archived("1") };
      // Nobody asked for 9, so it may stand for 1, which is then read on its own.
      return query.get("archived") === "true" ? batchAnswer([], [notFound("1")]) : batchAnswer([wireObject("9")]);
    });
    const found = await hubspot.run(hubspot.reader.readObjects("deal", ["1"]));
    expect(found.get("1")).toEqual({ kind: "archived", readAtMs: AT_MS, updatedAtMs: UPDATED_AT_MS });
  });

  it("takes an object read on its own for live when it says so, and asks for what is mapped", async () => {
    const hubspot = stubHubSpot(({ method, query }) => {
      if (method === "GET") return { body: wireObject("1", { dealname: "Relaunch" }) };
      return query.get("archived") === "true" ? batchAnswer([], [notFound("1")]) : batchAnswer([wireObject("9")]);
    });
    const found = await hubspot.run(hubspot.reader.readObjects("deal", ["1"]));
    expect([...found]).toMatchObject([["1", { kind: "live", readAtMs: AT_MS, object: { description: "Relaunch" } }]]);
    expect(hubspot.sent.at(-1)?.query.getAll("properties")).toEqual(["dealname", "dealstage", "hs_merged_object_ids"]);
  });

  it("tells nothing of an archived object that nobody asked for", async () => {
    const hubspot = stubHubSpot(({ query }) =>
      query.get("archived") === "true" ? batchAnswer([archived("1"), archived("2")]) : batchAnswer([], [notFound("1")]),
    );
    const found = await hubspot.run(hubspot.reader.readObjects("deal", ["1"]));
    expect([...found.keys()]).toEqual(["1"]);
  });
});
