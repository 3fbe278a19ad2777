import { UsageError } from "./cli-error.ts";

/** A change of some fields as the API takes it; `null` empties an optional one. */
export type FieldPatch = Readonly<Record<string, unknown>>;

type Read = (text: string, word: string) => unknown;

const readText: Read = (text) => text;
const readList: Read = (text) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** ISO dates, and German ones such as 31.12.2026. */
const readDate: Read = (text, word) => {
  if (text === "") return null;
  const [, day = "", month = "", year = ""] = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/u.exec(text) ?? [];
  const iso = year === "" ? text : `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  if (/^\d{4}-\d{2}-\d{2}$/u.test(iso)) return iso;
  throw new UsageError(`${word} is "${text}"; expected a date such as 2026-12-31 or 31.12.2026, or nothing.`);
};

function readWord(words: Readonly<Record<string, string>>): Read {
  return (text, word) => {
    if (text === "") return null;
    const spelt = text.toLowerCase();
    if (Object.hasOwn(words, spelt)) return words[spelt];
    throw new UsageError(`${word} is "${text}"; expected one of ${[...new Set(Object.values(words))].join(", ")}.`);
  };
}

const BILLING_WORDS = {
  hourly: "hourly",
  daily: "daily",
  flat: "flat",
  stunden: "hourly",
  tage: "daily",
  pauschal: "flat",
} as const;

const STATUS_WORDS = {
  active: "active",
  inactive: "inactive",
  completed: "completed",
  aktiv: "active",
  inaktiv: "inactive",
  abgeschlossen: "completed",
} as const;

interface Field {
  /** Where it stands in the API's body. */
  readonly path: readonly string[];
  readonly read: Read;
  /** What ZEP users call it, in lower case and without hyphens. */
  readonly aliases?: readonly string[];
}

function text(name: string, ...aliases: readonly string[]): Field {
  return { path: [name], read: readText, aliases };
}

const FIELDS: Readonly<Record<"customer" | "project", readonly Field[]>> = {
  customer: [
    text("customerNumber", "kundennummer", "number", "nummer"),
    text("name"),
    text("phone", "telefon"),
    text("website", "www"),
    text("remark", "bemerkung"),
    { path: ["address", "street"], read: readList, aliases: ["street", "straße", "strasse"] },
    { path: ["address", "postalCode"], read: readText, aliases: ["postalcode", "plz"] },
    { path: ["address", "city"], read: readText, aliases: ["city", "ort"] },
    { path: ["address", "country"], read: readText, aliases: ["country", "land"] },
  ],
  project: [
    text("shortForm", "kurzform"),
    text("description", "bezeichnung"),
    text("companyId", "customer", "kunde"),
    { path: ["tasks"], read: readList, aliases: ["vorgänge", "vorgaenge", "vorgang"] },
    { path: ["projectEmployees"], read: readList, aliases: ["projektmitarbeiter", "employees", "mitarbeiter"] },
    { path: ["startDate"], read: readDate, aliases: ["beginn", "start"] },
    { path: ["endDate"], read: readDate, aliases: ["ende", "end"] },
    { path: ["billingType"], read: readWord(BILLING_WORDS), aliases: ["abrechnungsart"] },
    { path: ["status"], read: readWord(STATUS_WORDS) },
  ],
};

/**
 * Reads `field=value …`. Lists are separated by commas; `duration=2026-01-01..2026-12-31` (Laufzeit) sets both ends.
 * @throws UsageError naming the first word that cannot be read
 */
export function parseFieldWords(noun: "customer" | "project", words: readonly string[]): FieldPatch {
  const patch: Record<string, unknown> = {};
  for (const word of words.flatMap(splitDuration)) {
    const at = word.indexOf("=");
    if (at < 1) throw new UsageError(`"${word}" is no change; write field=value, such as ${exampleOf(noun)}.`);
    const field = findField(noun, word.slice(0, at));
    place(patch, field.path, field.read(word.slice(at + 1).trim(), word.slice(0, at)));
  }
  return patch;
}

function splitDuration(word: string): readonly string[] {
  const [, duration] = /^(?:duration|laufzeit)=(.*)$/iu.exec(word) ?? [];
  if (duration === undefined) return [word];
  const [, start, end] = /^(.*?)\.{2,}(.*)$/u.exec(duration) ?? [];
  if (start !== undefined && end !== undefined) return [`startDate=${start}`, `endDate=${end}`];
  throw new UsageError(
    `"${word}" has no end; write duration=2026-01-01..2026-12-31, where either end may be left out.`,
  );
}

function findField(noun: "customer" | "project", word: string): Field {
  const plain = word.toLowerCase().replaceAll(/[\s_-]/gu, "");
  const fields = FIELDS[noun];
  const found = fields.find(
    ({ path, aliases = [] }) => path.join(".").toLowerCase() === plain || aliases.includes(plain),
  );
  if (found !== undefined) return found;
  const known = fields.map(({ path }) => path.join(".")).join(", ");
  throw new UsageError(`A ${noun} has no field "${word}"; its fields are ${known}.`);
}

function place(patch: Record<string, unknown>, [first = "", second]: readonly string[], value: unknown): void {
  if (second === undefined) {
    patch[first] = value;
    return;
  }
  const outer = patch[first];
  patch[first] = { ...(typeof outer === "object" ? outer : {}), [second]: value };
}

function exampleOf(noun: "customer" | "project"): string {
  return noun === "customer" ? "customerNumber=K-100" : "shortForm=RELAUNCH";
}
