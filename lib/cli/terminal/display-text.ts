import { styleText } from "node:util";
import type { CliIo } from "../cli-io.ts";

type Colour = "green" | "red" | "yellow" | "dim" | "bold" | "cyan";

/** Colours text where the terminal shows colours. */
export function paint(io: Pick<CliIo, "hasColour">, colour: Colour, text: string): string {
  return io.hasColour ? styleText(colour, text, { validateStream: false }) : text;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[！-｠])/u;

/** Columns that a text takes on a terminal; Chinese, Japanese, Korean and emoji take two a character. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** Cuts a text to so many columns, with an ellipsis. */
export function cutToWidth(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let cut = "";
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    width += displayWidth(segment);
    if (width > columns - 1) break;
    cut += segment;
  }
  return `${cut}…`;
}

/** Makes one harmless line of a value: somebody may have written a terminal's control sequences into HubSpot. */
export function toPlainLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, (characters) => (characters === "\u200D" ? characters : " "));
}

/** JSON that a terminal takes for nothing but text; it reads as the same data. */
export function toSafeJson(data: unknown): string {
  return JSON.stringify(data, undefined, 2).replaceAll(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    return `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`;
  }).join("");
}

/** A moment in the reader's own time zone, to the second. */
export function formatTime(epochMs: number): string {
  return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium" }).format(epochMs);
}

/** A duration as people say it. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
