import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { NonRetryableError } from "../sync/errors.ts";

/** An item of the table, or a map within one, in DynamoDB's own notation. */
export type Item = Record<string, AttributeValue>;

/** Texts as attributes; empty and absent ones are left out and read back as `""`. */
export function textsToItem(texts: Readonly<Record<string, string | undefined>>): Item {
  const item: Item = {};
  for (const [name, text] of Object.entries(texts)) if (text !== undefined && text !== "") item[name] = { S: text };
  return item;
}

/** Integers as attributes. */
export function numbersToItem(numbers: Readonly<Record<string, number>>): Item {
  const item: Item = {};
  for (const [name, number] of Object.entries(numbers)) item[name] = { N: String(number) };
  return item;
}

/** A list of texts as an attribute; an empty one is left out. */
export function listToItem(name: string, texts: readonly string[]): Item {
  return texts.length === 0 ? {} : { [name]: { L: texts.map((text) => ({ S: text })) } };
}

/** The text of an attribute, `""` if it was left out. */
export function readText(item: Item, name: string): string {
  return item[name]?.S ?? "";
}

/** The number of an attribute, undefined if there is none. */
export function readNumber(item: Item, name: string): number | undefined {
  const text = item[name]?.N;
  return text === undefined ? undefined : Number(text);
}

const NO_TEXTS: readonly string[] = [];

/** The texts of a list attribute, none if it was left out. */
export function readTexts(item: Item, name: string): readonly string[] {
  return item[name]?.L?.map((value) => value.S ?? "") ?? NO_TEXTS;
}

/** The error for an item that this code did not write. Names its key and the attribute, never a value. */
export function unreadableItem(item: Item, attribute: string, cause?: unknown): NonRetryableError {
  const message = `Item ${item["pk"]?.S}/${item["sk"]?.S} of the table cannot be read: attribute ${attribute} is missing or malformed`;
  return new NonRetryableError(message, { code: "badAnswer", cause });
}

/**
 * The number of an attribute that every item has.
 * @throws NonRetryableError `badAnswer`
 */
export function requireNumber(item: Item, name: string): number {
  const number = readNumber(item, name);
  if (number === undefined || !Number.isFinite(number)) throw unreadableItem(item, name);
  return number;
}

/**
 * The text of an attribute that every item has.
 * @throws NonRetryableError `badAnswer`
 */
export function requireText(item: Item, name: string): string {
  const text = item[name]?.S;
  if (text === undefined) throw unreadableItem(item, name);
  return text;
}
