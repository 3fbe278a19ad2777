import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDelivery } from "../../lib/hubspot/webhook-events.ts";

const RECEIVED_AT_MS = 1_800_000_000_000;
const AT_MS = 1_782_371_970_942;

function parse(...events: readonly unknown[]): unknown {
  return parseText(JSON.stringify(events));
}

function parseText(text: string): unknown {
  return parseDelivery(Buffer.from(text), RECEIVED_AT_MS);
}

function parsed(changes: readonly object[], rest: object = {}): object {
  const whole = changes.map((change) => ({ ...change, looks: 0, failures: 0 }));
  return { kind: "parsed", changes: whole, ignored: {}, malformed: 0, ...rest };
}

function creationOf(wireId: string): string {
  return `{"subscriptionType":"deal.creation","occurredAt":1,"objectId":${wireId}}`;
}

describe("parseDelivery", () => {
  it("reads events as HubSpot was seen to send them", () => {
    const body = `[
      {"attemptNumber":0,"sourceId":"39522895","eventId":3425709231,"changeSource":"INTEGRATION","occurredAt":1782371970942,"subscriptionType":"company.creation","portalId":48975575,"appId":39522895,"changeFlag":"CREATED","subscriptionId":6547117,"objectId":330222354146},
      {"eventId":2326225553,"subscriptionId":3849713,"portalId":145883449,"appId":14947547,"occurredAt":1751276050977,"subscriptionType":"object.propertyChange","attemptNumber":0,"objectId":180584432881,"objectTypeId":"0-3","propertyName":"dealname","propertyValue":"Relaunch","changeSource":"CRM_UI","sourceId":"userId:75514748","isSensitive":false},
      {"eventId":2073333923,"portalId":50249912,"appId":36665006,"occurredAt":1786997905997,"subscriptionType":"deal.associationChange","attemptNumber":0,"changeSource":"USER","associationType":"DEAL_TO_COMPANY","fromObjectId":64058987777,"toObjectId":58061514894,"associationRemoved":false,"sourceId":"userId:82088707"}
    ]`;
    const expects = { "58061514894": { isAssociated: true, atMs: 1_786_997_905_997 } };
    expect(parseText(body)).toEqual(
      parsed([
        { type: "company", id: "330222354146", at: { created: AT_MS } },
        { type: "deal", id: "180584432881", at: { property: 1_751_276_050_977 } },
        { type: "deal", id: "64058987777", at: { association: 1_786_997_905_997 }, expects },
      ]),
    );
  });

  const KINDS = [
    ["creation", "created"],
    ["propertyChange", "property"],
    ["deletion", "deleted"],
    ["restore", "restored"],
  ] as const;
  const TYPES = [
    ["contact", "0-1"],
    ["company", "0-2"],
    ["deal", "0-3"],
  ] as const;

  it.each(TYPES.flatMap(([type, typeId]) => KINDS.map(([wire, kind]) => ({ type, typeId, wire, kind }))))(
    "reads $wire of a $type in the legacy and in the generic form",
    ({ type, typeId, wire, kind }) => {
      const change = { type, id: "7", at: { [kind]: AT_MS } };
      const legacy = { subscriptionType: `${type}.${wire}`, objectId: 7, occurredAt: AT_MS };
      const generic = { subscriptionType: `object.${wire}`, objectTypeId: typeId, objectId: "7", occurredAt: AT_MS };
      expect(parse(legacy, generic)).toEqual(parsed([change, change]));
    },
  );

  it("reads a privacy deletion of a contact in either form, and of nothing else", () => {
    const change = { type: "contact", id: "7", at: { erased: AT_MS } };
    const event = { objectId: 7, occurredAt: AT_MS };
    expect(
      parse(
        { ...event, subscriptionType: "contact.privacyDeletion" },
        { ...event, subscriptionType: "object.privacyDeletion", objectTypeId: "0-1" },
        { ...event, subscriptionType: "company.privacyDeletion" },
      ),
    ).toEqual(parsed([change, change], { ignored: { unknownKind: 1 } }));
  });

  it.each([
    [4711, ["4711"]],
    ["4711", ["4711"]],
    [null, undefined],
    ["the portal", undefined],
    [{}, undefined],
  ])(
    "says in which account a contact was erased, given %j, and reads the erasure in any case",
    (portalId, erasedIn) => {
      const event = { objectId: 7, occurredAt: AT_MS, portalId };
      const erasure = { type: "contact", id: "7", at: { erased: AT_MS }, ...(erasedIn && { erasedIn }) };
      const deletion = { type: "contact", id: "7", at: { deleted: AT_MS } };
      expect(
        parse(
          { ...event, subscriptionType: "contact.privacyDeletion" },
          { ...event, subscriptionType: "contact.deletion" },
        ),
      ).toEqual(parsed([erasure, deletion]));
    },
  );

  it("reads eventType where subscriptionType is missing", () => {
    expect(parse({ eventType: "deal.creation", objectId: 1, occurredAt: AT_MS })).toEqual(
      parsed([{ type: "deal", id: "1", at: { created: AT_MS } }]),
    );
  });

  it("looks at every id that a merge names, each once", () => {
    const merge = {
      subscriptionType: "company.merge",
      occurredAt: AT_MS,
      objectId: 1,
      primaryObjectId: 1,
      mergedObjectIds: [2, "3"],
      newObjectId: 4,
    };
    const ids = ["1", "4", "2", "3"];
    expect(parse(merge)).toEqual(parsed(ids.map((id) => ({ type: "company", id, at: { merged: AT_MS } }))));
  });

  const PAIRS = [
    ["DEAL_TO_COMPANY", "0-3", "0-2", "deal", "from"],
    ["COMPANY_TO_DEAL", "0-2", "0-3", "deal", "to"],
    ["CONTACT_TO_COMPANY", "0-1", "0-2", "contact", "from"],
    ["COMPANY_TO_CONTACT", "0-2", "0-1", "contact", "to"],
  ] as const;

  it.each(PAIRS)("turns %s into a change of the side that is not the company", (...pair) => {
    const [name, fromType, toType, type, end] = pair;
    const [id, companyId] = end === "from" ? ["10", "20"] : ["20", "10"];
    const ends = { fromObjectId: 10, toObjectId: 20, occurredAt: AT_MS };
    const [subject] = name.toLowerCase().split("_");
    const legacy = { subscriptionType: `${subject}.associationChange`, associationType: name, ...ends };
    const generic = {
      subscriptionType: "object.associationChange",
      objectTypeId: fromType,
      objectId: 10,
      fromObjectTypeId: fromType,
      toObjectTypeId: toType,
      ...ends,
    };
    for (const isRemoved of [false, true]) {
      const expects = { [companyId]: { isAssociated: !isRemoved, atMs: AT_MS } };
      const change = { type, id, at: { association: AT_MS }, expects };
      const removed = { associationRemoved: isRemoved };
      expect(parse({ ...legacy, ...removed }, { ...generic, ...removed })).toEqual(parsed([change, change]));
    }
  });

  it("takes objectId for a missing fromObjectId", () => {
    const event = { subscriptionType: "deal.associationChange", associationType: "DEAL_TO_COMPANY", occurredAt: AT_MS };
    const expects = { "2": { isAssociated: true, atMs: AT_MS } };
    expect(parse({ ...event, objectId: 1, toObjectId: 2, associationRemoved: false })).toEqual(
      parsed([{ type: "deal", id: "1", at: { association: AT_MS }, expects }]),
    );
  });

  it.each<[name: string, label: object, expected: object]>([
    ["the primary label", { isPrimaryAssociation: true }, { companyId: "2", isPrimary: false, atMs: AT_MS }],
    ["the primary label by its type id", { associationTypeId: 5 }, { companyId: "2", isPrimary: false, atMs: AT_MS }],
    [
      "the primary label, which is set,",
      { associationTypeId: 5, associationRemoved: false },
      { companyId: "2", isPrimary: true, atMs: AT_MS },
    ],
  ])("tells of the primary company, and nothing of the pair, by %s", (_name, label, expectsPrimary) => {
    const event = {
      subscriptionType: "object.associationChange",
      fromObjectTypeId: "0-3",
      toObjectTypeId: "0-2",
      fromObjectId: 1,
      toObjectId: 2,
      associationRemoved: true,
      occurredAt: AT_MS,
    };
    expect(parse({ ...event, ...label })).toEqual(
      parsed([{ type: "deal", id: "1", at: { association: AT_MS }, expectsPrimary }]),
    );
  });

  it("expects nothing when a custom label is removed", () => {
    const event = {
      subscriptionType: "object.associationChange",
      fromObjectTypeId: "0-3",
      toObjectTypeId: "0-2",
      fromObjectId: 1,
      toObjectId: 2,
      associationRemoved: true,
      occurredAt: AT_MS,
    };
    expect(parse({ ...event, associationTypeId: 4711 })).toEqual(
      parsed([{ type: "deal", id: "1", at: { association: AT_MS } }]),
    );
  });

  it("expects the plain pair to be gone when its type id is removed", () => {
    const event = { fromObjectTypeId: "0-3", toObjectTypeId: "0-2", fromObjectId: 1, toObjectId: 2, occurredAt: AT_MS };
    const removed = { associationTypeId: 341, isPrimaryAssociation: false, associationRemoved: true };
    const expects = { "2": { isAssociated: false, atMs: AT_MS } };
    expect(parse({ subscriptionType: "object.associationChange", ...event, ...removed })).toEqual(
      parsed([{ type: "deal", id: "1", at: { association: AT_MS }, expects }]),
    );
  });

  it("ignores and counts associations that join no company", () => {
    const deal = { subscriptionType: "deal.associationChange", fromObjectId: 1, toObjectId: 2 };
    expect(
      parse(
        { ...deal, associationType: "DEAL_TO_CONTACT" },
        { ...deal, associationType: "DEAL_TO_LINE_ITEM" },
        { ...deal, fromObjectTypeId: "0-1", toObjectTypeId: "0-3" },
        { ...deal, subscriptionType: "company.associationChange", associationType: "COMPANY_TO_COMPANY" },
        { ...deal, subscriptionType: "ticket.associationChange", associationType: "TICKET_TO_COMPANY" },
      ),
    ).toEqual(parsed([], { ignored: { otherAssociation: 5 } }));
  });

  it("looks at the deal of an association that it cannot name", () => {
    const event = { subscriptionType: "deal.associationChange", fromObjectId: 1, toObjectId: 2, occurredAt: AT_MS };
    const change = { type: "deal", id: "1", at: { association: AT_MS } };
    expect(parse(event, { ...event, associationType: "DEAL_TO_COMPANY_PARTNER" })).toEqual(parsed([change, change]));
  });

  it("counts unknown kinds and types by reason", () => {
    expect(
      parse(
        { subscriptionType: "company.teleported", objectId: 1 },
        { subscriptionType: "company.constructor", objectId: 1 },
        { subscriptionType: "nonsense", objectId: 1 },
        { subscriptionType: "ticket.creation", objectId: 1 },
        { subscriptionType: "object.creation", objectId: 1, objectTypeId: "0-5" },
        { subscriptionType: "object.creation", objectId: 1 },
      ),
    ).toEqual(parsed([], { ignored: { unknownKind: 3, unknownType: 3 } }));
  });

  it.each([
    ["an id 0", { primaryObjectId: 1, mergedObjectIds: [2], newObjectId: 0 }],
    ["an empty text", { objectId: "", primaryObjectId: 1, mergedObjectIds: [2] }],
    ["one merged id that is none", { primaryObjectId: 1, mergedObjectIds: [2, "x", null] }],
  ])("looks at all that a merge names besides %s", (_name, ids) => {
    const merge = { subscriptionType: "deal.merge", occurredAt: AT_MS, ...ids };
    const at = { merged: AT_MS };
    expect(parse(merge)).toEqual(
      parsed([
        { type: "deal", id: "1", at },
        { type: "deal", id: "2", at },
      ]),
    );
    const told = { ...merge, mergedObjectIds: "2" };
    expect(parse(told)).toEqual(parsed([{ type: "deal", id: "1", at }]));
  });

  it("reads truth values of an association that come as texts, and takes unreadable ones for missing", () => {
    const event = {
      subscriptionType: "deal.associationChange",
      associationType: "DEAL_TO_COMPANY",
      objectId: "",
      fromObjectId: 1,
      toObjectId: 2,
      occurredAt: AT_MS,
    };
    const removed = [false, "false", "true", 1].map((associationRemoved) => ({ ...event, associationRemoved }));
    const change = { type: "deal", id: "1", at: { association: AT_MS } };
    const expectations = [true, true, false, true].map((isAssociated) => ({ "2": { isAssociated, atMs: AT_MS } }));
    expect(parse(...removed)).toEqual(parsed(expectations.map((expects) => ({ ...change, expects }))));
  });

  it.each([
    ["null", null],
    ["a text", "company.creation"],
    ["an array", [[]]],
    ["no kind", { objectId: 1 }],
    ["a kind that is not a text", { subscriptionType: 7, objectId: 1 }],
    ["no object id", { subscriptionType: "company.creation" }],
    ["id 0", { subscriptionType: "company.creation", objectId: 0 }],
    ["a negative id", { subscriptionType: "company.creation", objectId: -5 }],
    ["a fraction", { subscriptionType: "company.creation", objectId: 1.5 }],
    ["an id with a leading zero", { subscriptionType: "company.creation", objectId: "007" }],
    ["a text that is no id", { subscriptionType: "company.creation", objectId: "1; DROP" }],
    ["an empty id", { subscriptionType: "company.creation", objectId: "" }],
    ["an id of 20 digits", { subscriptionType: "company.creation", objectId: "1".repeat(20) }],
    ["an object for an id", { subscriptionType: "company.creation", objectId: { id: 1 } }],
    ["a merge that names nothing", { subscriptionType: "deal.merge", mergedObjectIds: [] }],
    [
      "an association without its other end",
      { subscriptionType: "deal.associationChange", associationType: "DEAL_TO_COMPANY", objectId: 1 },
    ],
  ])("counts %s as malformed and keeps the others", (_name, event) => {
    const good = { subscriptionType: "deal.creation", objectId: 3, occurredAt: AT_MS };
    const change = { type: "deal", id: "3", at: { created: AT_MS } };
    expect(parse(good, event, good)).toEqual(parsed([change, change], { malformed: 1 }));
  });

  it.each([
    ["12 digits", "330222354146"],
    ["2^53 - 1", "9007199254740991"],
    ["2^53 + 1", "9007199254740993"],
    ["2^63 - 1", "9223372036854775807"],
  ])("keeps an id of %s exact, as a number and as a text", (_name, id) => {
    const change = { type: "deal", id, at: { created: 1 } };
    expect(parseText(`[${creationOf(id)},${creationOf(`"${id}"`)}]`)).toEqual(parsed([change, change]));
  });

  it("rejects numbers that are big and not whole, or beyond 64 bits", () => {
    const events = ["1e300", "9007199254740993.5", "123456789012345678901"].map(
      (value) => `{"subscriptionType":"deal.creation","objectId":${value}}`,
    );
    expect(parseText(`[${events.join(",")}]`)).toEqual(parsed([], { malformed: 3 }));
  });

  it.each([
    ["missing", undefined],
    ["null", null],
    ["a word", "yesterday"],
    ["negative", -1],
    ["an object", {}],
  ])("takes the time of receipt when occurredAt is %s", (_name, occurredAt) => {
    expect(parse({ subscriptionType: "deal.creation", objectId: 3, occurredAt })).toEqual(
      parsed([{ type: "deal", id: "3", at: { created: RECEIVED_AT_MS } }]),
    );
  });

  it("is not harmed by prototype keys and takes the last of duplicate keys", () => {
    const body =
      '[{"__proto__":{"objectId":9},"constructor":1,"subscriptionType":"deal.creation","objectId":1,"objectId":2,"occurredAt":5}]';
    expect(parseText(body)).toEqual(parsed([{ type: "deal", id: "2", at: { created: 5 } }]));
    expect(parseText('[{"__proto__":{"objectId":9,"subscriptionType":"deal.creation"}}]')).toEqual(
      parsed([], { malformed: 1 }),
    );
  });

  it.each([
    ["nothing", ""],
    ["an object", "{}"],
    ["a text", '"[]"'],
    ["null", "null"],
    ["half an array", '[{"objectId":1'],
    ["too deep a nesting", `${"[".repeat(200_000)}1234567890123456`],
  ])("says that %s is not an array", (_name, text) => {
    expect(parseText(text)).toEqual({ kind: "notAnArray" });
  });

  it("survives deep nesting beside good events", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const good = '{"subscriptionType":"deal.creation","objectId":3,"occurredAt":5}';
    expect(parseText(`[${deep},${good}]`)).toEqual(
      parsed([{ type: "deal", id: "3", at: { created: 5 } }], { malformed: 1 }),
    );
  });

  it("never throws, whatever the bytes", () => {
    fc.assert(fc.property(fc.uint8Array(), (body) => void parseDelivery(body, RECEIVED_AT_MS)));
    fc.assert(
      fc.property(
        fc.array(fc.object({ key: fc.constantFrom("subscriptionType", "objectId", "occurredAt") })),
        (events) => {
          expect(parse(...events)).toMatchObject({ kind: "parsed" });
        },
      ),
    );
  });
});
