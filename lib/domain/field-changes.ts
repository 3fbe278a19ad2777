import type { FieldChange } from "./record.ts";

/** Longest value that a history entry keeps, in characters. */
const HISTORY_VALUE_LENGTH = 60;

type Values = Readonly<Record<string, unknown>>;

/**
 * What differs between two sets of fields, one entry a field, nested fields as `address.city`.
 *
 * @param isPersonal leaves the values out: history tells that personal data changed, never to what
 */
export function diffFields(
  before: object | undefined,
  after: object | undefined,
  isPersonal: boolean,
): readonly FieldChange[] {
  // A pass compares everything every night, and nearly all of it is equal: that must not build a map of each side.
  if (isSame(before, after)) return [];
  const from = flatten(before);
  const to = flatten(after);
  const names = [...new Set([...from.keys(), ...to.keys()])];
  return names
    .filter((name) => from.get(name) !== to.get(name))
    .map((name) => (isPersonal ? { field: name } : describeChange(name, from.get(name), to.get(name))));
}

function isSame(before: object | undefined, after: object | undefined): boolean {
  if (!isRecord(before) || !isRecord(after)) return before === after;
  const names = Object.keys(before);
  if (names.length !== Object.keys(after).length) return false;
  return names.every((name) => Object.hasOwn(after, name) && isSameValue(before[name], after[name]));
}

function isSameValue(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (isRecord(left) && isRecord(right)) return isSame(left, right);
  if (!Array.isArray(left) || !Array.isArray(right)) return false;
  return left.length === right.length && left.every((value, index) => value === right[index]);
}

function describeChange(field: string, from: string | undefined, to: string | undefined): FieldChange {
  return {
    field,
    ...(from === undefined ? {} : { from: shortenValue(from) }),
    ...(to === undefined ? {} : { to: shortenValue(to) }),
  };
}

function flatten(values: object | undefined): ReadonlyMap<string, string> {
  const flat = new Map<string, string>();
  for (const [name, value] of Object.entries(values ?? {})) {
    if (isRecord(value)) for (const [inner, text] of flatten(value)) flat.set(`${name}.${inner}`, text);
    else if (value !== undefined) flat.set(name, Array.isArray(value) ? value.join("\n") : String(value));
  }
  return flat;
}

function isRecord(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as history shows it: a long one only by its beginning. */
export function shortenValue(text: string): string {
  const characters = Array.from(text);
  return characters.length > HISTORY_VALUE_LENGTH ? `${characters.slice(0, HISTORY_VALUE_LENGTH - 1).join("")}…` : text;
}
