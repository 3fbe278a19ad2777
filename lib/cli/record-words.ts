import { RECORD_STATES, type RecordState } from "../domain/record.ts";
import { UsageError } from "./cli-error.ts";

/** What a command can be about. */
export type Noun = "customer" | "project" | "contactPerson";

/** Every word for a noun: ours, ZEP's German one, HubSpot's, each also in the plural. */
const NOUNS: Readonly<Record<string, Noun>> = {
  customer: "customer",
  customers: "customer",
  kunde: "customer",
  kunden: "customer",
  company: "customer",
  companies: "customer",
  project: "project",
  projects: "project",
  projekt: "project",
  projekte: "project",
  deal: "project",
  deals: "project",
  contactperson: "contactPerson",
  contactpersons: "contactPerson",
  contact: "contactPerson",
  contacts: "contactPerson",
  ansprechpartner: "contactPerson",
};

/** @throws UsageError when nobody calls anything so */
export function parseNoun(word: string): Noun {
  const noun = find(NOUNS, plainOf(word));
  if (noun !== undefined) return noun;
  throw new UsageError(`"${word}" is none of customer (kunde), project (projekt), contact (ansprechpartner).`);
}

/**
 * A noun that can be changed here.
 * @throws UsageError for contact persons, which only HubSpot changes
 */
export function parseEditableNoun(word: string): "customer" | "project" {
  const noun = parseNoun(word);
  if (noun !== "contactPerson") return noun;
  throw new UsageError("Contact persons are changed in HubSpot only; name a customer (kunde) or a project (projekt).");
}

/** The API's path of a noun's records. */
export const PATH_OF = {
  customer: "/v1/customers",
  project: "/v1/projects",
  contactPerson: "/v1/contact-persons",
} as const satisfies Record<Noun, string>;

/** How lists and messages name many of a noun. */
export const PLURAL_OF = {
  customer: "customers",
  project: "projects",
  contactPerson: "contact persons",
} as const satisfies Record<Noun, string>;

/** HubSpot's name of what a noun comes from, as the API's paths spell it. */
export const OBJECT_TYPE_OF = { customer: "company", project: "deal", contactPerson: "contact" } as const;

const STATES: Readonly<Record<string, RecordState>> = {
  verknüpft: "linked",
  ausgeschlossen: "excluded",
  wartend: "waiting",
  getrennt: "detached",
  gelöscht: "deleted",
  zusammengeführt: "merged",
  anonymisiert: "erased",
  fehlerhaft: "failing",
};

/** @throws UsageError for a state that records never have */
export function parseState(word: string): RecordState {
  const plain = plainOf(word);
  const state = find(STATES, plain) ?? RECORD_STATES.find((known) => known.toLowerCase() === plain);
  if (state !== undefined) return state;
  throw new UsageError(`"${word}" is no state; the states are ${RECORD_STATES.join(", ")}.`);
}

function plainOf(word: string): string {
  return word.toLowerCase().replaceAll(/[\s_-]/gu, "");
}

/** Own words only: every object also answers to "constructor". */
function find<T>(words: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(words, word) ? words[word] : undefined;
}

/**
 * A HubSpot record id.
 * @throws UsageError for what HubSpot never numbers a record by
 */
export function parseId(word: string | undefined): string {
  if (word !== undefined && /^[1-9]\d{0,18}$/u.test(word)) return word;
  throw new UsageError(
    `"${word ?? ""}" is no HubSpot id; ids are numbers without a 0 in front, as the address of the HubSpot page ends in.`,
  );
}
