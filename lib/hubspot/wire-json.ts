import * as z from "zod";

/** Ids have up to 12 digits today; 19 are what 64 bits hold. */
const ID = /^[1-9]\d{0,18}$/u;

/** An object id as HubSpot sends it, a number or a text; always a text for us. */
export const wireId = z.union([z.string().regex(ID), z.int().positive().transform(String)]);

/** No shorter number can exceed 2^53. */
const MAY_HOLD_BIG_INTEGER = /\d{16}/u;

/**
 * Parses JSON from raw bytes and keeps integers beyond 2^53 exact, as texts.
 *
 * @returns undefined when it is not JSON
 */
export function parseWireJson(body: Uint8Array): unknown {
  const text = new TextDecoder().decode(body);
  try {
    // A reviver visits every value, so it is kept for the bodies that need it.
    return MAY_HOLD_BIG_INTEGER.test(text) ? JSON.parse(text, keepBigIntegers) : JSON.parse(text);
  } catch (error) {
    // Besides bad syntax: nesting so deep that the reviver's recursion ends the stack.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The third argument holds the number's own digits (ECMAScript's JSON.parse source text access). */
function keepBigIntegers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && /^\d+$/u.test(source) ? source : value;
}
