import type { SimType } from "../../../infra/local/hubspot-simulator/object-type.ts";
import type { PortalEvent } from "../../../infra/local/hubspot-simulator/portal-event.ts";
import {
  fictionalCompany,
  fictionalContact,
  fictionalDealName,
} from "../../../infra/local/hubspot-simulator/fictional-values.ts";
import { GERMAN_PIPELINE } from "../../../infra/local/hubspot-simulator/property-definitions.ts";
import { createRandom, pickIndex, type Random } from "../../../infra/local/hubspot-simulator/seeded-random.ts";
import type { World } from "../../../infra/local/hubspot-simulator/world.ts";
import type { TraceStep } from "./wire-world.ts";

/** Ids of the objects that a trace works on. */
export type TraceIds = Record<SimType, string[]>;

/**
 * How people are assumed to work in HubSpot. Each click saves one record: mostly one or two values of it, each of which
 * fires its own event; now and then it creates, associates, excludes or deletes something.
 */
export interface Interactive {
  readonly seed: number;
  readonly clicks: number;
  /** Of the whole portal, on average; the pauses between clicks are exponential. */
  readonly clicksPerSecond: number;
}

/** Of a thousand clicks; the rest edits one record. */
const PER_THOUSAND = {
  createContact: 60,
  createDeal: 50,
  createCompany: 20,
  associate: 60,
  exclude: 2,
  remove: 10,
} as const;

/** How many values one save changes, by share. */
const VALUES_PER_SAVE = [1, 1, 1, 1, 1, 2, 2, 2, 3, 4] as const;

/** Which records are edited, by share: mostly deals. */
const EDITED_TYPES = [
  "deal",
  "deal",
  "deal",
  "deal",
  "deal",
  "contact",
  "contact",
  "contact",
  "company",
  "company",
] as const;

const EDITED = {
  company: ["phone", "city", "website", "description", "zip", "address"],
  contact: ["jobtitle", "phone", "mobilephone", "email", "lastname"],
  deal: ["dealname", "dealstage"],
} as const;

/** The clicks as steps. `ids` grows with what they create. */
export function createInteractiveTrace(ids: TraceIds, { seed, clicks, clicksPerSecond }: Interactive): TraceStep[] {
  const random = createRandom(seed);
  let atMs = 0;
  return Array.from({ length: clicks }, (_, number) => {
    atMs += (-Math.log(1 - random()) * 1_000) / clicksPerSecond;
    return { atMs: Math.round(atMs), act: (world) => click({ world, ids, random, number: 1_000_000 + number }) };
  });
}

interface Click {
  readonly world: World;
  readonly ids: TraceIds;
  readonly random: Random;
  readonly number: number;
}

function click(on: Click): readonly PortalEvent[] {
  const { world, ids, random, number } = on;
  let roll = random() * 1_000;
  for (const [kind, share] of Object.entries(PER_THOUSAND)) {
    roll -= share;
    if (roll > 0) continue;
    switch (kind) {
      case "createContact":
        return create(on, "contact", fictionalContact(number));
      case "createDeal":
        return create(on, "deal", { dealname: fictionalDealName(number), dealstage: pickStage(random) });
      case "createCompany":
        return create(on, "company", fictionalCompany(number));
      case "associate":
        return associate(on);
      case "exclude":
        return world.update("company", pick(random, ids.company), { zep: random() < 0.5 ? "nein" : "" }).events;
      default:
        return world.delete("deal", ids.deal.splice(pickIndex(random, ids.deal.length), 1)[0] ?? "").events;
    }
  }
  return edit(on);
}

function edit({ world, ids, random, number }: Click): readonly PortalEvent[] {
  const type = pick(random, EDITED_TYPES);
  const names: readonly string[] = EDITED[type];
  const count = Math.min(names.length, pick(random, VALUES_PER_SAVE));
  const first = pickIndex(random, names.length);
  const changed = Array.from({ length: count }, (_, index) => names[(first + index) % names.length] ?? "");
  const values = changed.map((name) => [name, name === "dealstage" ? pickStage(random) : `${name} ${number}`]);
  return world.update(type, pick(random, ids[type]), Object.fromEntries(values)).events;
}

/** A new record gets its company in the same form. */
function create(on: Click, type: SimType, properties: Readonly<Record<string, string>>): readonly PortalEvent[] {
  const { world, ids, random } = on;
  const { id, events } = world.create(type, { properties });
  const companyId = pick(random, ids.company);
  ids[type].push(id);
  if (type === "company") return events;
  const pair = { from: { type, id }, to: { type: "company", id: companyId }, isPrimary: true } as const;
  return [...events, ...world.associate(pair).events];
}

function associate({ world, ids, random }: Click): readonly PortalEvent[] {
  const type = random() < 0.5 ? "contact" : "deal";
  const from = { type, id: pick(random, ids[type]) } as const;
  const to = { type: "company", id: pick(random, ids.company) } as const;
  return world.associate({ from, to, isPrimary: random() < 0.7 }).events;
}

function pickStage(random: Random): string {
  return pick(random, GERMAN_PIPELINE.stages).id;
}

function pick<T>(random: Random, choices: readonly T[]): T {
  const choice = choices[pickIndex(random, choices.length)];
  if (choice === undefined) throw new RangeError("there is nothing to choose from");
  return choice;
}
