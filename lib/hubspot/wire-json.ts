/** Ids have up to 12 digits today; 19 are what 64 bits hold. */
const ID = /^[1-9]\d{0,18}$/u;

/**
 * An object id as HubSpot sends it, a number or a text; always a text for us. Undefined for whatever is none: other ids of
 * the event may say as much. Each event of a delivery has one, so this is no schema: those take longer.
 */
export function readWireId(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) && value > 0 ? String(value) : undefined;
  return typeof value === "string" && ID.test(value) ? value : undefined;
}

/** No number with fewer digits can exceed 2^53. */
const DIGITS_OF_BIG_INTEGER = 16;

/**
 * Parses JSON from raw bytes and keeps integers beyond 2^53 exact, as texts.
 *
 * @returns undefined when it is not JSON
 */
export function parseWireJson(body: Uint8Array): unknown {
  const text = new TextDecoder().decode(body);
  try {
    // A reviver visits every value, so it is kept for the bodies that need it.
    return mayHoldBigInteger(body) ? JSON.parse(text, keepBigIntegers) : JSON.parse(text);
  } catch (error) {
    // Besides bad syntax: nesting so deep that the reviver's recursion ends the stack.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * Whether so many digits follow one another somewhere. Such a run covers a byte of every stride, so the bytes between are
 * not looked at; a regular expression that looks at each takes twice as long as the parsing.
 */
function mayHoldBigInteger(body: Uint8Array): boolean {
  for (let at = DIGITS_OF_BIG_INTEGER - 1; at < body.length; at += DIGITS_OF_BIG_INTEGER) {
    if (!isDigit(body[at])) continue;
    let first = at;
    let last = at;
    while (isDigit(body[first - 1])) first -= 1;
    while (isDigit(body[last + 1])) last += 1;
    if (last - first >= DIGITS_OF_BIG_INTEGER - 1) return true;
  }
  return false;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** The third argument holds the number's own digits (ECMAScript's JSON.parse source text access). */
function keepBigIntegers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && /^\d+$/u.test(source) ? source : value;
}
