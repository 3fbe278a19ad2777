import type { InMemoryRecordStore } from "../fixtures/in-memory-record-store.ts";
import type { SimObject } from "../../infra/local/hubspot-simulator/portal-source.ts";
import type { ContactPerson, Customer, Project } from "../../lib/domain/record.ts";
import { expectCustomerFields, expectPersonFields, isEqual } from "../fixtures/expected-fields.ts";
import type { PortalHistory } from "./portal-history.ts";
import { numberOf } from "./stored-record.ts";

/** Everything that decides what the records must be once nothing is under way. */
export interface OracleInput {
  readonly history: PortalHistory;
  readonly table: InMemoryRecordStore;
  /** Keys (`company/17`) of the records that the admin has detached. */
  readonly detached: ReadonlySet<string>;
  /** Undefined: all deals become projects. */
  readonly stageIds: readonly string[] | undefined;
  /** In small letters. */
  readonly exclusionValues: readonly string[];
  /** After a pass nothing may be left for later; before it, a number that has become free may still be waited for. */
  readonly isAfterPass: boolean;
}

/** What HubSpot says a company's customer has to be. */
type CustomerFate = "linked" | "excluded" | "held" | "detached" | "deleted" | "merged" | "none";

/**
 * Compares the records with the rules, written from the promises and without any of the product's code. Where timing
 * decides (which value was frozen, whether a short-lived object was ever seen), only what is certain is compared.
 */
export function compareWithRules(input: OracleInput): readonly string[] {
  return [
    ...compareCustomers(input),
    ...compareProjects(input),
    ...comparePersons(input),
    ...compareNumbers(input),
    ...comparePointers(input),
  ];
}

/**
 * Looks everywhere for what the erased contacts alone had. What a detached customer kept of a contact that was merged
 * into an erased one is found by the next pass at the latest, if the merge was ever seen: without it nothing tells the
 * contact from one that HubSpot has emptied out of its bin.
 */
export function findErasedData(
  { history, table, isAfterPass }: OracleInput,
  bodies: readonly string[],
): readonly string[] {
  const items = table.contactItems();
  const contacts = items.filter((item) => {
    const isKept = item.state === "detached" && !history.wasErased(item.contactId);
    const isMergeKnown = items.some((other) => other.contactId === item.contactId && other.state === "merged");
    return !isKept || (isAfterPass && isMergeKnown);
  });
  const stored = [...table.customers(), ...table.projects(), ...contacts, ...table.reservations()];
  const places = [...stored.map((item) => JSON.stringify(item)), ...bodies];
  return history.erasedMarks().flatMap(({ contactId, mark }) => {
    const place = places.find((text) => text.includes(mark));
    return place === undefined ? [] : [`data of the erased contact ${contactId} is in ${place}`];
  });
}

function compareCustomers(input: OracleInput): readonly string[] {
  const { history, table } = input;
  const stored = new Map(table.customers().map((customer) => [customer.companyId, customer]));
  return history.idsOf("company").flatMap((id) => {
    const customer = stored.get(id);
    const complaint = judgeCustomer(input, id, customer);
    return complaint === undefined ? [] : [`customer ${id}: ${complaint}`];
  });
}

function judgeCustomer(input: OracleInput, id: string, customer: Customer | undefined): string | undefined {
  const fate = fateOf(input, id);
  const state = customer?.state;
  switch (fate) {
    case "none":
      return customer === undefined ? undefined : `is ${state}, expected nothing`;
    case "deleted":
    case "merged":
      if (customer === undefined || state === fate) return undefined;
      // Merged into what was deleted: reads cannot tell the one from the other.
      return fate === "merged" && state === "deleted" && !leadsToLive(input, "company", id)
        ? undefined
        : `is ${state}, expected ${fate}`;
    case "held":
      return state === "failing" || state === "linked" ? undefined : `is ${state}, expected failing or linked`;
    case "linked": {
      if (state !== "linked") return `is ${state ?? "absent"}, expected linked`;
      const object = input.history.contentNow("company", id);
      if (object === undefined) return undefined;
      return isEqual(customer?.fields, expectCustomerFields(object))
        ? undefined
        : describeGap(customer?.fields, object);
    }
    case "detached":
    case "excluded":
      return state === fate ? undefined : `is ${state ?? "absent"}, expected ${fate}`;
  }
}

function describeGap(fields: unknown, object: SimObject): string {
  return `says ${JSON.stringify(fields)}, HubSpot says ${JSON.stringify(object.properties)}`;
}

function fateOf(input: OracleInput, id: string): CustomerFate {
  const { history, table, detached } = input;
  if (detached.has(`company/${id}`)) return "detached";
  const life = history.lifeNow("company", id);
  if (life === undefined) return "none";
  if (life.kind === "absorbed") {
    // Attached after it was merged away: it stays as it is until it is attached to the survivor.
    const stored = table.customers().find((customer) => customer.companyId === id);
    return stored?.state === "detached" ? "detached" : "merged";
  }
  if (life.kind !== "live") return "deleted";
  if (isExcludedNow(input, id)) return "excluded";
  const isHeld = table.customers().some((customer) => customer.companyId === id && isWaitingForNumber(input, customer));
  return isHeld ? "held" : "linked";
}

function isExcludedNow({ history, exclusionValues }: OracleInput, id: string): boolean {
  const exclusion = (history.contentNow("company", id)?.properties["zep"] ?? "").trim().toLowerCase();
  return exclusionValues.includes(exclusion);
}

/** A record may be held only while another has its number. */
function isWaitingForNumber({ table, isAfterPass }: OracleInput, record: Customer | Project): boolean {
  const { reason } = record;
  if (record.state !== "failing" || reason?.code !== "numberTaken") return false;
  const records = record.type === "customer" ? table.customers() : table.projects();
  return !isAfterPass || records.some((other) => other !== record && numberOf(other) === reason.number);
}

function leadsToLive({ history }: OracleInput, type: "company" | "contact" | "deal", id: string): boolean {
  const life = history.lifeNow(type, id);
  return life?.kind === "absorbed" && history.lifeNow(type, life.survivorId)?.kind === "live";
}

function compareProjects(input: OracleInput): readonly string[] {
  const stored = new Map(input.table.projects().map((project) => [project.dealId, project]));
  return input.history.idsOf("deal").flatMap((id) => {
    const complaint = judgeProject(input, id, stored.get(id));
    return complaint === undefined ? [] : [`project ${id}: ${complaint}`];
  });
}

function judgeProject(input: OracleInput, id: string, project: Project | undefined): string | undefined {
  const { history, detached } = input;
  const state = project?.state;
  if (detached.has(`deal/${id}`)) return state === "detached" ? undefined : `is ${state}, expected detached`;
  const life = history.lifeNow("deal", id);
  const object = history.contentNow("deal", id);
  if (life?.kind === "live" && object !== undefined) return judgeLiveProject(input, object, project);
  const expected = life?.kind === "absorbed" ? "merged" : "deleted";
  if (project === undefined || state === expected) return undefined;
  if (expected === "merged" && state === "detached") return undefined;
  return state === "deleted" && !leadsToLive(input, "deal", id) ? undefined : `is ${state}, expected ${expected}`;
}

function judgeLiveProject(input: OracleInput, object: SimObject, project: Project | undefined): string | undefined {
  const { history, stageIds } = input;
  const primaryId = history.linksNow("deal", object.id).find(({ isPrimary }) => isPrimary)?.toId;
  const isSelected = stageIds === undefined || stageIds.includes(object.properties["dealstage"] ?? "");
  const fate = primaryId === undefined ? "none" : fateOf(input, primaryId);
  // A detached customer goes its own way, but its company's exclusion holds for its projects.
  const isExcluded = fate === "excluded" || (fate === "detached" && isExcludedNow(input, primaryId ?? ""));
  const expected = !isSelected ? "outOfStage" : isExcluded ? "excluded" : hasData(fate) ? "linked" : "waiting";
  const state = project?.state ?? "absent";
  if (project !== undefined && expected === "linked" && isWaitingForNumber(input, project)) return undefined;
  // A customer held for its number may or may not have data from before.
  if (fate === "held" && isSelected && (state === "linked" || state === "waiting")) return undefined;
  if (state !== expected) return `is ${state} (${JSON.stringify(project?.reason)}), expected ${expected}`;
  if (expected !== "linked") return undefined;
  const fields = { description: (object.properties["dealname"] ?? "").trim(), companyId: primaryId };
  return isEqual(project?.fields, fields)
    ? undefined
    : `says ${JSON.stringify(project?.fields)}, expected ${JSON.stringify(fields)}`;
}

function hasData(fate: CustomerFate): boolean {
  return fate === "linked" || fate === "detached";
}

function comparePersons(input: OracleInput): readonly string[] {
  const { history, table } = input;
  const items = table.contactItems();
  return history.idsOf("contact").flatMap((id) => {
    const persons = items.filter((item) => item.type === "contactPerson").filter((item) => item.contactId === id);
    // Events of erasures are never lost, so a late event must find the tombstone.
    const isRemembered = items.some((item) => item.contactId === id && item.type === "contactTombstone");
    if (history.wasErased(id) && !isRemembered) return [`contact ${id}: was erased, and no tombstone tells of it`];
    const companyIds = [...history.linksNow("contact", id).map(({ toId }) => toId), ...persons.map((p) => p.companyId)];
    return [...new Set(companyIds)].flatMap((companyId) => {
      const person = persons.find((candidate) => candidate.companyId === companyId);
      const complaint = judgePerson(input, { contactId: id, companyId, person });
      return complaint === undefined ? [] : [`contact person ${id}@${companyId}: ${complaint}`];
    });
  });
}

interface Pair {
  readonly contactId: string;
  readonly companyId: string;
  readonly person: ContactPerson | undefined;
}

function judgePerson(input: OracleInput, pair: Pair): string | undefined {
  const { contactId, companyId, person } = pair;
  const customer = input.table.customers().find((stored) => stored.companyId === companyId);
  // An admin's request that died half-way leaves the mark, and with it the contact persons, to the next change or pass.
  if (customer?.isFollowUpDue === true && !input.isAfterPass) return undefined;
  const allowed = allowPersonStates(input, pair);
  const state = person?.state ?? "absent";
  if (!allowed.includes(state)) return `is ${state} (${JSON.stringify(person?.reason)}), expected ${allowed.join("/")}`;
  if (state !== "linked") return undefined;
  const object = input.history.contentNow("contact", contactId);
  const link = input.history.linksNow("contact", contactId).find(({ toId }) => toId === companyId);
  if (object === undefined || link === undefined) return "is linked, but there is no such association";
  return isEqual(person?.fields, expectPersonFields(object, link.isPrimary))
    ? undefined
    : describeGap(person?.fields, object);
}

function allowPersonStates(input: OracleInput, { contactId, companyId, person }: Pair): readonly string[] {
  const { history } = input;
  const life = history.lifeNow("contact", contactId);
  const fate = fateOf(input, companyId);
  // A detached customer takes its contact persons along, in whatever state of rest they were.
  const atRest = fate === "detached" ? ["detached", "deleted", "merged"] : [];
  if (life?.kind === "gone") {
    // What is detached keeps its data, except from an erasure of its own.
    if (!history.wasErased(contactId) && fate === "detached") return [...atRest, "erased", "absent"];
    // A contact that was merged into one that was erased: whatever it is called, nothing personal is left of it.
    const names = history.wasErased(contactId) ? ["erased"] : ["erased", "deleted", "merged", "detached"];
    return person?.fields === undefined ? [...names, "absent"] : ["nothing"];
  }
  if (life?.kind === "absorbed") {
    const isLive = leadsToLive(input, "contact", contactId);
    return ["merged", "absent", ...atRest, ...(isLive ? [] : ["deleted"])];
  }
  if (life?.kind === "archived") return ["deleted", "absent", ...(fate === "merged" ? ["merged"] : []), ...atRest];
  const isLinked = history.linksNow("contact", contactId).some(({ toId }) => toId === companyId);
  if (!isLinked) {
    const byFate = fate === "excluded" ? ["excluded"] : fate === "merged" ? ["merged"] : [];
    return ["deleted", "absent", ...byFate, ...atRest];
  }
  if (fate === "detached") return atRest;
  if (fate === "held") return ["linked", "waiting"];
  return [fate === "excluded" ? "excluded" : "linked"];
}

function compareNumbers({ table }: OracleInput): readonly string[] {
  return [table.customers(), table.projects()].flatMap((records) => {
    const holders = new Map<string, string>();
    return records.flatMap((record) => {
      const number = numberOf(record);
      const id = record.type === "customer" ? record.companyId : record.dealId;
      if (number === undefined) return [];
      const kind = record.type === "customer" ? "customerNumber" : "shortForm";
      const reservation = table.reservations().find((held) => held.kind === kind && held.number === number);
      const other = holders.get(number);
      holders.set(number, id);
      return [
        ...(other === undefined ? [] : [`number ${number} is held by ${other} and ${id}`]),
        ...(reservation?.holderId === id
          ? []
          : [`number ${number} of ${id} is reserved for ${reservation?.holderId ?? "nobody"}`]),
      ];
    });
  });
}

/** Pointers lead, over however many steps, to where HubSpot's merges lead. */
function comparePointers({ history, table }: OracleInput): readonly string[] {
  const records = [...table.customers(), ...table.projects()];
  const survivorOf = new Map(
    records.map((record) => [
      record.type === "customer" ? `company/${record.companyId}` : `deal/${record.dealId}`,
      record.reason !== undefined && "survivorId" in record.reason ? record.reason.survivorId : undefined,
    ]),
  );
  return records.flatMap((record) => {
    if (record.reason?.code !== "absorbedBy") return [];
    const type = record.type === "customer" ? ("company" as const) : ("deal" as const);
    const id = record.type === "customer" ? record.companyId : record.dealId;
    const life = history.lifeNow(type, id);
    if (life?.kind !== "absorbed") return [];
    let reached = record.reason.survivorId;
    for (let steps = 0; steps < 20 && reached !== life.survivorId; steps += 1)
      reached = survivorOf.get(`${type}/${reached}`) ?? life.survivorId;
    return reached === life.survivorId ? [] : [`${record.type} ${id} points to ${reached}, not to ${life.survivorId}`];
  });
}
