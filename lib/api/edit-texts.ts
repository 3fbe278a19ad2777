import * as z from "zod";

const CONTROL = /\p{Cc}/u;

/** A text of several lines may hold those that part and indent them. */
const CONTROL_BUT_LAYOUT = /[^\P{Cc}\t\n\r]/u;

/** Such as a zero-width space, as it comes along with what is copied from a page. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;

/** What an admin types on one line: without spaces around it, and not empty. */
export const lineEdit = z
  .string()
  .trim()
  .min(1, "expected at least one character")
  .check(refuse("control character", CONTROL));

/** A number, which shall be another one only where it looks like another one. */
export const numberEdit = lineEdit.normalize("NFC").check(refuse("invisible character", INVISIBLE));

/** What an admin types, be it on several lines. */
export const textEdit = z.string().check(refuse("control character", CONTROL_BUT_LAYOUT));

/** Nobody sees such a character, and two numbers that differ in one alone look the same. */
function refuse(kind: string, unwanted: RegExp): z.core.CheckFn<string> {
  return ({ value, issues }) => {
    const found = unwanted.exec(value);
    if (found === null) return;
    const [character] = found;
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    const message = `has the ${kind} U+${code} at position ${found.index + 1}, expected none`;
    issues.push({ code: "custom", message, input: value });
  };
}
