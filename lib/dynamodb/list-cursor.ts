import { BadCursorError } from "../sync/errors.ts";

/** A place in a list as an opaque text. `list` names the list, so that a cursor of another one is refused. */
export function encodeCursor(list: string, position: string): string {
  return Buffer.from(`${list}:${position}`).toString("base64url");
}

/**
 * The place that {@link encodeCursor} encoded.
 *
 * @param pattern what a place of this list looks like
 * @throws BadCursorError when it is no cursor of this list
 */
export function decodeCursor(cursor: string, list: string, pattern: RegExp): string {
  const text = Buffer.from(cursor, "base64url").toString();
  const position = text.slice(list.length + 1);
  if (encodeCursor(list, position) !== cursor || !pattern.test(position)) throw new BadCursorError(cursor);
  return position;
}
