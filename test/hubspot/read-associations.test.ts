import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchAnswer, stubHubSpot } from "./stub-hubspot.ts";
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
