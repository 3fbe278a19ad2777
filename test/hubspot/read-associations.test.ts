import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReadApart } from "../../lib/sync/ports.ts";
import { batchAnswer, idsOf, REFUSAL, stubHubSpot } from "./stub-hubspot.ts";
import type { SentRequest, StubAnswer } from "./stub-hubspot.ts";

/** One row of an association as HubSpot stores it: a company comes once for each page that has a label of it. */
interface Row {
  readonly toObjectId: number;
  readonly associationTypes: readonly { readonly category: string; readonly typeId: number; readonly label: null }[];
}

/** Few companies and type ids, so that they meet; 1 and 5 are the primary ones of contacts and of deals. */
const row = fc.record<Row>({
  toObjectId: fc.integer({ min: 1, max: 4 }),
  associationTypes: fc.array(
    fc.record({
      category: fc.constantFrom("HUBSPOT_DEFINED", "USER_DEFINED", "INTEGRATOR_DEFINED"),
      typeId: fc.constantFrom(1, 5, 279, 341, 342),
      label: fc.constant(null),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});
const rowsById = fc.dictionary(fc.integer({ min: 1, max: 99 }).map(String), fc.array(row, { maxLength: 7 }), {
  minKeys: 1,
  maxKeys: 5,
});
const pageSize = fc.integer({ min: 1, max: 4 });

function inputsOf({ body }: SentRequest): readonly { readonly id: string; readonly after?: string }[] {
  return typeof body === "object" && body !== null && "inputs" in body && Array.isArray(body.inputs) ? body.inputs : [];
}

/** Each object pages on its own; one without associations comes as an error entry. */
function answerPages(rows: Readonly<Record<string, readonly Row[]>>, pageSize: number) {
  const isNone = ({ id }: { readonly id: string }): boolean => rows[id]?.length === 0;
  return (request: SentRequest): StubAnswer => {
    const inputs = inputsOf(request);
    const results = inputs
      .filter((input) => !isNone(input))
      .map(({ id, after = "0" }) => {
        const end = Number(after) + pageSize;
        const to = rows[id]?.slice(Number(after), end);
        return { from: { id }, to, ...(end < (rows[id]?.length ?? 0) && { paging: { next: { after: String(end) } } }) };
      });
    const subCategory = "crm.associations.NO_ASSOCIATIONS_FOUND";
    const errors = inputs.filter(isNone).map(({ id }) => ({ subCategory, context: { fromObjectId: [id] } }));
    return batchAnswer(results, errors);
  };
}

describe("readCompanyLinks", () => {
  it.each([
    ["contact", 1],
    ["deal", 5],
  ] as const)("shows each company of a %s once, primary by any label on any page", async (type, primaryTypeId) => {
    await fc.assert(
      fc.asyncProperty(rowsById, pageSize, async (rows, pageSize) => {
        const { reader, run } = stubHubSpot(answerPages(rows, pageSize));
        const found = await run(reader.readCompanyLinks(type, Object.keys(rows)));
        const links = Object.fromEntries(
          [...found].map(([id, { links }]) => [
            id,
            links.map(({ companyId, isPrimary }) => `${companyId} ${isPrimary}`).toSorted(),
          ]),
        );
        const expected = Object.entries(rows).map(([id, own]) => {
          const isPrimary = (companyId: number): boolean =>
            own
              .filter(({ toObjectId }) => toObjectId === companyId)
              .flatMap(({ associationTypes }) => associationTypes)
              .some(({ category, typeId }) => category === "HUBSPOT_DEFINED" && typeId === primaryTypeId);
          const companyIds = [...new Set(own.map(({ toObjectId }) => toObjectId))];
          return [id, companyIds.map((companyId) => `${companyId} ${isPrimary(companyId)}`).toSorted()];
        });
        expect(links).toEqual(Object.fromEntries(expected));
      }),
    );
  });
});

describe("readDependantIds", () => {
  it("shows each dependant of a company once, whatever its labels and pages", async () => {
    await fc.assert(
      fc.asyncProperty(rowsById, pageSize, async (rows, pageSize) => {
        const { reader, run } = stubHubSpot(answerPages(rows, pageSize));
        const found = await run(reader.readDependantIds("deal", Object.keys(rows)));
        const expected = Object.entries(rows).map(([id, own]): [string, readonly string[]] => [
          id,
          [...new Set(own.map(({ toObjectId }) => String(toObjectId)))],
        ]);
        expect(found).toEqual(new Map(expected));
      }),
    );
  });
});

const link = (id: string, toObjectId: number | string = 7, after?: string): object => ({
  from: { id },
  to: [{ toObjectId, associationTypes: [{ category: "HUBSPOT_DEFINED", typeId: 5 }] }],
  ...(after !== undefined && { paging: { next: { after } } }),
});

async function readLinks(answer: (request: SentRequest) => StubAnswer, ids: readonly string[] = ["1", "2", "3"]) {
  const { reader, run, sent } = stubHubSpot(answer);
  const unread: string[] = [];
  const apart: ReadApart = { setAside: (id) => void unread.push(id), isOverdue: () => false };
  const found = await run(reader.readCompanyLinks("deal", ids, apart));
  return [[...found.keys()].toSorted(), unread, sent.length];
}

const linksBut =
  (culprit: string) =>
  (request: SentRequest): StubAnswer =>
    idsOf(request).includes(culprit) ? REFUSAL : batchAnswer(idsOf(request).map((id) => link(id)));

/** The second object's second page is lacking. */
const halfOfLinks = ({ body }: SentRequest): StubAnswer =>
  JSON.stringify(body).includes("after") ? batchAnswer([]) : batchAnswer([link("1"), link("2", 8, "p2")]);

describe("reading associations apart", () => {
  it("finds the one object that fails its call", async () => {
    expect(await readLinks(linksBut("2"))).toEqual([["1", "3"], ["2"], 5]);
  });

  it.each([
    ["an id is too big to be exact", batchAnswer([link("1"), link("2", Number.MAX_SAFE_INTEGER + 1), link("3")])],
    ["the answer lacks it", batchAnswer([link("1"), link("3")])],
    [
      "an error entry names it",
      batchAnswer([link("1"), link("3")], [{ category: "INTERNAL_ERROR", context: { fromObjectId: ["2"] } }]),
    ],
  ])("fails one alone, without another call, when %s", async (_name, answer) => {
    expect(await readLinks(() => answer)).toEqual([["1", "3"], ["2"], 1]);
  });

  it.each([
    ["is too big to be exact", batchAnswer([link("2", Number.MAX_SAFE_INTEGER + 1)]), "An id was too big to be exact"],
    ["is not in the answer", batchAnswer([]), "HubSpot's answer lacks 2"],
  ])("says what is wrong with one that %s", async (_name, answer, message) => {
    const { reader, run } = stubHubSpot(() => answer);
    const unread: unknown[] = [];
    const apart: ReadApart = { setAside: (_id, error) => void unread.push(error), isOverdue: () => false };
    await run(reader.readCompanyLinks("deal", ["2"], apart));
    expect(unread).toMatchObject([{ code: "badAnswer", message: `${message} (associations of deals with companies)` }]);
  });

  it("takes a text for the id of a company as well", async () => {
    const { reader, run } = stubHubSpot(() => batchAnswer([link("2", "9007199254740993")]));
    const found = await run(reader.readCompanyLinks("deal", ["2"]));
    expect(found.get("2")?.links).toEqual([{ companyId: "9007199254740993", isPrimary: true }]);
  });

  it("takes some of an object's pages for none of them", async () => {
    expect(await readLinks(halfOfLinks, ["1", "2"])).toEqual([["1"], ["2"], 2]);
  });

  it("finds the one company whose dependants cannot be read", async () => {
    const { reader, run } = stubHubSpot(linksBut("2"));
    const unread: string[] = [];
    const apart: ReadApart = { setAside: (id) => void unread.push(id), isOverdue: () => false };
    expect(await run(reader.readDependantIds("deal", ["1", "2"], apart))).toEqual(new Map([["1", ["7"]]]));
    expect(unread).toEqual(["2"]);
  });
});
