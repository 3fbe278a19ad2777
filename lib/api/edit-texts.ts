import * as z from "zod";

const CONTROL = /\p{Cc}/u;

/** A text of several lines may hold those that part and indent them. */
const CONTROL_BUT_LAYOUT = /[^\P{Cc}\t\n\r]/u;

/** What an admin types on one line, such as a number: without spaces around it, and not empty. */
export const lineEdit = z.string().trim().min(1, "expected at least one character").check(refuse(CONTROL));

/** What an admin types, be it on several lines. */
export const textEdit = z.string().check(refuse(CONTROL_BUT_LAYOUT));

/** Nobody sees a control character, and two numbers that differ in one alone look the same. */
function refuse(unwanted: RegExp): z.core.CheckFn<string> {
  return ({ value, issues }) => {
    const found = unwanted.exec(value);
    if (found === null) return;
    const [character] = found;
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    const message = `has the control character U+${code} at position ${found.index + 1}, expected none`;
    issues.push({ code: "custom", message, input: value });
  };
}
