const MARK = "\u0001integer:";
const MARKED = /"\\u0001integer:(\d+)"/gu;

/** An id as a JSON number, also where a JavaScript number would round it. */
export function toWireInteger(id: string): number | bigint {
  const number = Number(id);
  return Number.isSafeInteger(number) ? number : BigInt(id);
}

/** JSON text in which big integers stand as plain digits, as a Java server writes them. */
export function toWireJson(value: unknown): string {
  let hasBigInteger = false;
  const json = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== "bigint") return part;
    hasBigInteger = true;
    return `${MARK}${part}`;
  });
  return hasBigInteger ? json.replace(MARKED, "$1") : json;
}
