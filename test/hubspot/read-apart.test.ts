import { describe, expect, it } from "vitest";
import type { ReadApart } from "../../lib/sync/ports.ts";
import { batchAnswer, idsOf, notFound, REFUSAL, stubHubSpot, wireObject } from "./stub-hubspot.ts";
import type { SentRequest, StubAnswer } from "./stub-hubspot.ts";

const IDS = Array.from({ length: 100 }, (_, index) => String(index + 1));

/** HubSpot answers for every object, but fails a call that asks for one of these. */
function answerBut(culprits: readonly string[], failure: StubAnswer) {
  return (request: SentRequest): StubAnswer => {
    const ids = request.method === "GET" ? [] : idsOf(request);
    return ids.some((id) => culprits.includes(id)) ? failure : batchAnswer(ids.map((id) => wireObject(id)));
  };
}

/** Reads deals apart, and tells what was found, what was set aside and with how many calls. */
async function readApart(
  answer: (request: SentRequest) => StubAnswer,
  { ids = IDS, isOverdue = false }: { readonly ids?: readonly string[]; readonly isOverdue?: boolean } = {},
) {
  const { reader, run, sent } = stubHubSpot(answer, { attempts: 1 });
  const unread = new Map<string, unknown>();
  const apart: ReadApart = { setAside: (id, error) => void unread.set(id, error), isOverdue: () => isOverdue };
  const found = await run(reader.readObjects("deal", ids, apart));
  return { found, unread, calls: sent.length };
}

const failsWith = (code: string) => expect.objectContaining({ code });

describe("reading objects apart", () => {
  it.each(["1", "37", "64", "100"])("finds the one object, %s, that fails its whole call", async (culprit) => {
    const { found, unread, calls } = await readApart(answerBut([culprit], REFUSAL));
    expect(unread).toEqual(new Map([[culprit, failsWith("badAnswer")]]));
    expect([...found.keys()].toSorted()).toEqual(IDS.filter((id) => id !== culprit).toSorted());
    expect(found.get("50")).toMatchObject({ kind: "live", object: { id: "50" } });
    expect(calls).toBeLessThanOrEqual(1 + 2 * 7);
  });

  it("finds several, wherever they are", async () => {
    const culprits = ["3", "30", "51", "88", "89"];
    const { found, unread, calls } = await readApart(answerBut(culprits, REFUSAL));
    expect([...unread.keys()].toSorted()).toEqual(culprits);
    expect(found.size).toBe(95);
    expect(calls).toBeLessThan(80);
  });

  it("finds pairs of neighbours, too: for each part that could be read it tries once more where none can", async () => {
    const culprits = IDS.filter((id) => Number(id) % 16 === 1 || Number(id) % 16 === 2);
    const { found, unread } = await readApart(answerBut(culprits, REFUSAL));
    expect([found.size, [...unread.keys()]]).toEqual([86, culprits]);
  });

  it("finds one among three hundred, and reads the other calls' objects once", async () => {
    const ids = Array.from({ length: 300 }, (_, index) => String(index + 1));
    const { found, unread, calls } = await readApart(answerBut(["250"], REFUSAL), { ids });
    expect([found.size, [...unread.keys()]]).toEqual([299, ["250"]]);
    expect(calls).toBeLessThanOrEqual(3 + 2 * 7);
  });

  it("stops dividing soon when no part can be read: then no object is to blame", async () => {
    const { found, unread, calls } = await readApart(() => REFUSAL);
    expect([found.size, unread.size]).toEqual([0, 100]);
    expect(calls).toBeLessThanOrEqual(1 + 2 * (7 + 8));
  });

  it("stops dividing soon for all calls of a read together", async () => {
    const ids = Array.from({ length: 800 }, (_, index) => String(index + 1));
    const { reader, run, sent } = stubHubSpot(() => REFUSAL, { attempts: 1 });
    const apart: ReadApart = { setAside: () => undefined, isOverdue: () => true };
    await expect(run(reader.readObjects("deal", ids, apart))).rejects.toMatchObject({ code: "badAnswer" });
    // Those that are under way when it is enough come to their end.
    expect(sent.length).toBeLessThanOrEqual(8 + 2 * (7 + 8));
  });

  it.each([
    ["a refusal", REFUSAL, "badAnswer"],
    ["a server error that lasts", { status: 500, body: {} }, "serverError"],
  ] as const)(
    "leaves %s to the caller, after one call, where a single object is read",
    async (_name, failure, code) => {
      const { reader, run, sent } = stubHubSpot(() => failure, { attempts: 1 });
      const apart: ReadApart = { setAside: () => undefined, isOverdue: () => true };
      await expect(run(reader.readObjects("deal", ["1"], apart))).rejects.toMatchObject({ code });
      expect(sent).toHaveLength(1);
    },
  );

  it.each([
    ["a rate limit", { status: 429, body: {} }, "rateLimited"],
    ["a rejected token", { status: 401, body: {} }, "tokenRejected"],
    ["a lost scope", { status: 403, body: {} }, "scopeMissing"],
    ["a move of the account", { status: 477, body: {} }, "migrating"],
  ] as const)("does not divide at %s", async (_name, failure, code) => {
    const { reader, run, sent } = stubHubSpot(() => failure, { attempts: 1 });
    const apart: ReadApart = { setAside: () => undefined, isOverdue: () => true };
    await expect(run(reader.readObjects("deal", IDS, apart))).rejects.toMatchObject({ code });
    expect(sent).toHaveLength(1);
  });

  it("does not divide when the network fails", async () => {
    const failing = readApart(() => {
      throw new TypeError("fetch failed");
    });
    await expect(failing).rejects.toMatchObject({ code: "unreachable" });
  });

  it("takes a server error for an outage as long as nothing has waited for long", async () => {
    const reading = readApart(answerBut(["37"], { status: 500, body: {} }));
    await expect(reading).rejects.toMatchObject({ code: "serverError" });
  });

  it("looks for the object behind a server error that lasts, and says that it is the object's", async () => {
    const { found, unread, calls } = await readApart(answerBut(["37"], { status: 500, body: {} }), { isOverdue: true });
    expect(unread).toEqual(new Map([["37", failsWith("badAnswer")]]));
    expect(unread.get("37")).toHaveProperty("message", expect.stringContaining("for this object and not for others"));
    expect([found.size, calls]).toEqual([99, 1 + 2 * 7]);
  });

  it("takes a server error of both halves for the outage that it is, after two more calls", async () => {
    const { found, unread, calls } = await readApart(() => ({ status: 500, body: {} }), { isOverdue: true });
    expect([found.size, unread.size, calls]).toEqual([0, 100, 3]);
    for (const error of unread.values()) expect(error).toMatchObject({ code: "serverError" });
  });

  it("takes a server error of both of two objects for an outage as well", async () => {
    const ids = ["1", "2"];
    const { unread } = await readApart(() => ({ status: 500, body: {} }), { ids, isOverdue: true });
    expect([...unread]).toEqual(ids.map((id) => [id, failsWith("serverError")]));
  });

  it("blames none of several objects that it cannot tell apart, though HubSpot answers for others", async () => {
    const culprits = IDS.slice(0, 50);
    const answer = answerBut(culprits, { status: 500, body: {} });
    const { found, unread } = await readApart(answer, { isOverdue: true });
    expect(found.size).toBe(50);
    expect([...unread]).toEqual(culprits.map((id) => [id, failsWith("serverError")]));
  });

  it("keeps what was read when an outage begins while it divides", async () => {
    let calls = 0;
    const { found, unread } = await readApart((request) => {
      calls += 1;
      return calls > 3 ? { status: 477, body: {} } : answerBut(["37"], REFUSAL)(request);
    });
    expect([found.size, unread.size]).toEqual([50, 50]);
    for (const error of unread.values()) expect(error).toMatchObject({ code: "migrating" });
  });

  it("blames no object for an outage that meets it alone", async () => {
    const { found, unread } = await readApart(
      (request) => {
        const ids = idsOf(request);
        if (ids.length > 1) return REFUSAL;
        return ids[0] === "2" ? { status: 429, body: {} } : batchAnswer(ids.map((id) => wireObject(id)));
      },
      { ids: ["1", "2"] },
    );
    expect([[...found.keys()], unread]).toEqual([["1"], new Map([["2", failsWith("rateLimited")]])]);
  });

  it("answers what it has read when the time is up, and begins nothing then", async () => {
    const ids = Array.from({ length: 800 }, (_, index) => String(index + 1));
    const { reader, run, sent } = stubHubSpot((request) => batchAnswer(idsOf(request).map((id) => wireObject(id))));
    const unread: unknown[] = [];
    const setAside: ReadApart["setAside"] = (_id, error) => void unread.push(error);
    const apart: ReadApart = { setAside, isOverdue: () => true, leftMs: () => (sent.length < 3 ? 1_000 : 0) };
    const found = await run(reader.readObjects("deal", ids, apart));
    expect([found.size, unread.length, sent.length]).toEqual([300, 500, 3]);
    for (const error of unread) expect(error).toMatchObject({ code: "timeUp" });
  });

  it("divides nothing for a reader that cannot do with a part", async () => {
    const { reader, run, sent } = stubHubSpot(answerBut(["37"], REFUSAL));
    await expect(run(reader.readObjects("deal", IDS))).rejects.toMatchObject({ code: "badAnswer" });
    expect(sent).toHaveLength(1);
  });
});

describe("an answer in which one object is bad", () => {
  const ids = ["1", "2", "3"];

  it.each([
    ["has no stamp", { id: "2", properties: {}, archived: false }],
    ["has no properties", wireObject("2", {}, { properties: null })],
    ["has merged ids that are no text", wireObject("2", {}, { properties: { hs_merged_object_ids: 7 } })],
  ])("fails that one alone, without another call, when it %s", async (_name, spoilt) => {
    const answer = batchAnswer([wireObject("1"), spoilt, wireObject("3")]);
    const { found, unread, calls } = await readApart(() => answer, { ids });
    expect([[...found.keys()], [...unread.keys()], calls]).toEqual([["1", "3"], ["2"], 1]);
  });

  it("fails that one alone, without another call, when HubSpot names it in an error entry", async () => {
    const refused = { category: "INTERNAL_ERROR", message: "x", context: { ids: ["2"] } };
    const answer = batchAnswer([wireObject("1"), wireObject("3")], [refused]);
    const { found, unread, calls } = await readApart(() => answer, { ids });
    expect([[...found.keys()], unread, calls]).toEqual([["1", "3"], new Map([["2", failsWith("badAnswer")]]), 1]);
  });

  it("says of what HubSpot named it", async () => {
    const entry = { category: "INTERNAL_ERROR", context: { ids: ["2"] } };
    const { unread } = await readApart(() => batchAnswer([wireObject("1"), wireObject("3")], [entry]), { ids });
    expect(unread.get("2")).toHaveProperty("message", "HubSpot could not read a part (batch read of deals)");
  });

  it.each([
    ["names none", {}],
    ["names one that nobody asked for", { ids: ["999"] }],
  ])("reads in parts when an error entry %s", async (_name, context) => {
    const entry = { category: "INTERNAL_ERROR", message: "x", context };
    const { found, unread } = await readApart(
      (request) => {
        const asked = idsOf(request);
        return batchAnswer(
          asked.filter((id) => id !== "2").map((id) => wireObject(id)),
          asked.includes("2") ? [entry] : [],
        );
      },
      { ids },
    );
    expect([[...found.keys()].toSorted(), [...unread.keys()]]).toEqual([["1", "3"], ["2"]]);
  });

  it.each([
    ["an object in it has no id", { properties: {}, updatedAt: "2026-02-03T04:05:06.789Z" }],
    ["nothing stands in an object's place", null],
  ])("reads in parts when %s", async (_name, spoilt) => {
    const { found, unread } = await readApart(
      (request) => batchAnswer(idsOf(request).map((id) => (id === "2" ? spoilt : wireObject(id)))),
      { ids },
    );
    expect([[...found.keys()].toSorted(), [...unread.keys()]]).toEqual([["1", "3"], ["2"]]);
  });

  it("believes of no object that it is missing while it may be absorbed into the bad one", async () => {
    const spoilt = { id: "2", properties: { hs_merged_object_ids: "1" }, archived: false };
    const { found } = await readApart(
      ({ method, query }) => {
        if (method === "GET") return { body: wireObject("2") };
        return query.get("archived") === "true" ? batchAnswer([], [notFound("1")]) : batchAnswer([spoilt]);
      },
      { ids: ["1", "2"] },
    );
    expect(found).toEqual(new Map([["1", { kind: "absorbed", readAtMs: expect.any(Number), survivorId: "2" }]]));
  });

  it("believes the same of one that HubSpot says it could not read", async () => {
    const entry = { category: "INTERNAL_ERROR", message: "x", context: { ids: ["2"] } };
    const { found } = await readApart(
      ({ method, query }) => {
        if (method === "GET") return { body: wireObject("2") };
        return batchAnswer([], query.get("archived") === "true" ? [notFound("1")] : [entry]);
      },
      { ids: ["1", "2"] },
    );
    expect(found.get("1")).toMatchObject({ kind: "absorbed", survivorId: "2" });
  });

  it("does not ask for one after the other at an outage", async () => {
    let singles = 0;
    const reading = readApart(({ method, query }) => {
      if (method === "GET") singles += 1;
      if (method === "GET") return { status: 503, body: {} };
      return query.get("archived") === "true" ? batchAnswer([], [notFound(...IDS)]) : batchAnswer([wireObject("999")]);
    });
    await expect(reading).rejects.toMatchObject({ code: "serverError" });
    expect(singles).toBeLessThanOrEqual(8);
  });

  it("fails an archived object alone", async () => {
    const archived = wireObject("1", {}, { archived: true });
    const spoilt = { id: "2", properties: {}, archived: true };
    const { found, unread, calls } = await readApart(
      ({ query }) =>
        query.get("archived") === "true" ? batchAnswer([archived, spoilt]) : batchAnswer([], [notFound("1", "2")]),
      { ids: ["1", "2"] },
    );
    expect([[...found.keys()], [...unread.keys()], calls]).toEqual([["1"], ["2"], 2]);
  });

  it("fails an object alone that HubSpot names among those it could not look up in the bin", async () => {
    const entry = { category: "INTERNAL_ERROR", message: "x", context: { ids: ["2"] } };
    const { found, unread } = await readApart(
      ({ query }) => batchAnswer([], query.get("archived") === "true" ? [entry] : [notFound("1", "2")]),
      { ids: ["1", "2"] },
    );
    expect([found.get("1")?.kind, [...unread.keys()]]).toEqual(["missing", ["2"]]);
  });
});
