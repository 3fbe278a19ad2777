import { EXCLUSION_DEFINITION, GERMAN_PIPELINE } from "../../infra/local/hubspot-simulator/property-definitions.ts";
import type { PortalEvent } from "../../infra/local/hubspot-simulator/portal-event.ts";
import { SIM_TYPES, type SimType } from "../../infra/local/hubspot-simulator/object-type.ts";
import type { SimLink } from "../../infra/local/hubspot-simulator/portal-source.ts";
import type { Mutation } from "../../infra/local/hubspot-simulator/world.ts";
import type { Dice } from "./dice.ts";
import { createMark } from "./personal-data.ts";
import type { ActedPortal } from "./acted-portal.ts";
import type { PortalHistory } from "./portal-history.ts";
import type { StepKind } from "./scenario.ts";

/** Few objects collide often. */
const MOST_LIVE = 9;

const STAGE_IDS = GERMAN_PIPELINE.stages.map(({ id }) => id);

/** The stages that become projects when not all do. */
export const SELECTED_STAGE_IDS: readonly string[] = STAGE_IDS.slice(2, 4);

/** Properties with the few values that edits choose from, so that values often come back (A, B, A). */
const VALUES: Readonly<Record<SimType, Readonly<Record<string, readonly string[]>>>> = {
  company: { name: ["Alpha", "Beta ", "Gämma"], phone: ["1", "2", ""], city: ["Köln", ""], state: ["NRW", ""] },
  contact: { firstname: ["Ada", "Bea"], lastname: ["Groß", "Klein", ""], email: ["a@example.com", "b@example.com"] },
  deal: { dealname: ["Umbau", "Neubau", "Anbau"] },
};

interface Actor {
  readonly world: ActedPortal;
  readonly history: PortalHistory;
  readonly dice: Dice;
}

/** What a step does in HubSpot; nothing when there is no object to do it with. */
export function actInHubSpot(actor: Actor, kind: StepKind): readonly Mutation[] {
  switch (kind) {
    case "createCompany":
      return createObject(actor, "company");
    case "createContact":
      return createObject(actor, "contact");
    case "createDeal":
      return createObject(actor, "deal");
    case "edit":
      return editObject(actor);
    case "revert":
      return revertObject(actor);
    case "undo":
      return undoEdit(actor);
    case "remove":
      return onLive(actor, (type, id) => actor.world.delete(type, id));
    case "restore":
      return restoreObject(actor);
    case "merge":
      return mergeObjects(actor, 1);
    case "chainMerge":
      return mergeObjects(actor, 2);
    case "associate":
      return linkObject(actor, actor.dice.hits(0.5));
    case "makePrimary":
      return linkObject(actor, true);
    case "dissociate":
      return unlinkObject(actor);
    case "exclude":
      return setProperty(actor, "company", { [EXCLUSION_DEFINITION.name]: actor.dice.pick([" No ", "nein"]) ?? "no" });
    case "include":
      return includeCompany(actor);
    case "moveStage":
      return setProperty(actor, "deal", { dealstage: actor.dice.pick(STAGE_IDS) ?? "" });
    case "erase":
      return eraseContact(actor);
    case "import":
      return SIM_TYPES.flatMap((type) => [...createObject(actor, type), ...createObject(actor, type)]);
    case "detach":
    case "attach":
    case "editLocally":
    case "resync":
    case "pass":
    case "deploy":
      return [];
  }
}

function liveIds({ history }: Actor, type: SimType): readonly string[] {
  return history.idsOf(type).filter((id) => history.lifeNow(type, id)?.kind === "live");
}

function pickType(dice: Dice): SimType {
  return dice.pick(SIM_TYPES) ?? "company";
}

function onLive(actor: Actor, act: (type: SimType, id: string) => Mutation): readonly Mutation[] {
  const type = pickType(actor.dice);
  const id = actor.dice.pick(liveIds(actor, type));
  return id === undefined ? [] : [act(type, id)];
}

function createObject(actor: Actor, type: SimType): readonly Mutation[] {
  const { world, dice } = actor;
  if (liveIds(actor, type).length >= MOST_LIVE) return [];
  const properties = Object.fromEntries(
    Object.entries(VALUES[type]).map(([name, values]) => [name, dice.pick(values) ?? ""]),
  );
  const stage = type === "deal" ? { dealstage: dice.pick(STAGE_IDS) ?? "" } : {};
  const exclusion = type === "company" && dice.hits(0.1) ? { [EXCLUSION_DEFINITION.name]: "no" } : {};
  const mark = type === "contact" ? { jobtitle: createMark(dice.random) } : {};
  const created = world.create(type, { properties: { ...properties, ...stage, ...exclusion, ...mark } });
  const companyId = dice.pick(liveIds(actor, "company"));
  if (type === "company" || companyId === undefined || dice.hits(0.2)) return [created];
  const pair = { from: { type, id: created.id }, to: { type: "company" as const, id: companyId } };
  return [created, world.associate({ ...pair, isPrimary: dice.hits(0.8) })];
}

function editObject(actor: Actor): readonly Mutation[] {
  const { dice, world } = actor;
  return onLive(actor, (type, id) => {
    const [name, values] = dice.pick(Object.entries(VALUES[type])) ?? ["", []];
    return world.update(type, id, { [name]: dice.pick(values) ?? "" });
  });
}

/** Sets what was set before, once or twice: the same content with another stamp. */
function revertObject(actor: Actor): readonly Mutation[] {
  const type = pickType(actor.dice);
  const id = actor.dice.pick(liveIds(actor, type));
  return id === undefined ? [] : setFormer(actor, type, id);
}

/** Takes the last edit of all back. */
function undoEdit(actor: Actor): readonly Mutation[] {
  const stamped = SIM_TYPES.flatMap((type) =>
    liveIds(actor, type).map((id) => ({ type, id, atMs: actor.history.contentNow(type, id)?.updatedAtMs ?? 0 })),
  );
  const [latest] = stamped.toSorted((left, right) => right.atMs - left.atMs);
  return latest === undefined ? [] : setFormer(actor, latest.type, latest.id);
}

function setFormer({ world, history }: Actor, type: SimType, id: string): readonly Mutation[] {
  const past = history.contentsWithin(type, id, { fromMs: 0, toMs: world.now() });
  const [latest, former] = [past.at(-1), past.at(-2)];
  if (latest === undefined || former === undefined) return [];
  const names = Object.keys(VALUES[type]);
  const valuesOf = (object: typeof latest): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, object.properties[name] ?? ""]));
  return [world.update(type, id, valuesOf(former))];
}

function restoreObject(actor: Actor): readonly Mutation[] {
  const { dice, world, history } = actor;
  const type = pickType(dice);
  const id = dice.pick(history.idsOf(type).filter((known) => history.lifeNow(type, known)?.kind === "archived"));
  return id === undefined ? [] : [world.restore(type, id)];
}

/** Several of a type into one, under a new id or an old one; `rounds` of them make a chain. */
function mergeObjects(actor: Actor, rounds: number): readonly Mutation[] {
  const { dice, world } = actor;
  const type = pickType(dice);
  const ids = [...liveIds(actor, type)];
  const mutations: Mutation[] = [];
  let primaryId = take(dice, ids);
  for (let round = 0; round < rounds && primaryId !== undefined; round += 1) {
    const otherId = take(dice, ids);
    if (otherId === undefined) break;
    const style = dice.hits(0.7) ? ("newId" as const) : ("survivingId" as const);
    const merged: Mutation = world.merge(type, { primaryId, mergedIds: [otherId], style });
    mutations.push(merged);
    primaryId = merged.id;
  }
  return mutations;
}

function take(dice: Dice, ids: string[]): string | undefined {
  const id = dice.pick(ids);
  if (id !== undefined) ids.splice(ids.indexOf(id), 1);
  return id;
}

interface Dependant {
  readonly type: SimType;
  readonly id: string;
  readonly links: readonly SimLink[];
}

function pickDependant(actor: Actor): Dependant | undefined {
  const type = actor.dice.pick(["contact", "deal"] as const) ?? "contact";
  const id = actor.dice.pick(liveIds(actor, type));
  return id === undefined ? undefined : { type, id, links: actor.history.linksNow(type, id) };
}

function linkObject(actor: Actor, isPrimary: boolean): readonly Mutation[] {
  const { dice, world } = actor;
  const dependant = pickDependant(actor);
  const companyId = dice.pick(liveIds(actor, "company"));
  if (dependant === undefined || companyId === undefined) return [];
  return [world.associate({ from: dependant, to: { type: "company", id: companyId }, isPrimary })];
}

/** Mostly the whole association, sometimes just its label. */
function unlinkObject(actor: Actor): readonly Mutation[] {
  const { dice, world } = actor;
  const dependant = pickDependant(actor);
  const link = dependant && dice.pick(dependant.links);
  if (dependant === undefined || link === undefined) return [];
  const isPrimary = link.isPrimary && dice.hits(0.3);
  return [world.dissociate({ from: dependant, to: { type: "company", id: link.toId }, isPrimary })];
}

function setProperty(actor: Actor, type: SimType, changes: Readonly<Record<string, string>>): readonly Mutation[] {
  const id = actor.dice.pick(liveIds(actor, type));
  return id === undefined ? [] : [actor.world.update(type, id, changes)];
}

function includeCompany(actor: Actor): readonly Mutation[] {
  const { history, dice, world } = actor;
  const { name } = EXCLUSION_DEFINITION;
  const excluded = liveIds(actor, "company").filter((id) => history.contentNow("company", id)?.properties[name]);
  const id = dice.pick(excluded);
  return id === undefined ? [] : [world.update("company", id, { [name]: dice.pick(["", "ja"]) ?? "" })];
}

function eraseContact(actor: Actor): readonly Mutation[] {
  const { history, dice, world } = actor;
  const ids = history.idsOf("contact").filter((id) => {
    const kind = history.lifeNow("contact", id)?.kind;
    return kind === "live" || kind === "archived";
  });
  const id = dice.pick(ids);
  return id === undefined ? [] : [world.erase(id)];
}

/** A line for the story. */
export function describeEvents(events: readonly PortalEvent[]): string {
  const words = events.map((event) => {
    const detail =
      event.kind === "propertyChange"
        ? ` ${event.propertyName}=${event.propertyValue}`
        : event.kind === "associationChange"
          ? ` ${event.isRemoved ? "−" : "+"}${event.toId}${event.isPrimary ? "!" : ""}`
          : event.kind === "merge"
            ? ` [${event.mergedIds.join(",")}] → ${event.newId}`
            : "";
    return `${event.kind} ${event.type} ${event.objectId}${detail}`;
  });
  return words.join("; ");
}
