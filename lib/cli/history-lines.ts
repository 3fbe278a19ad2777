import type { CustomerAnswer } from "./api-answers.ts";
import { formatTime } from "./terminal/display-text.ts";

type Entry = NonNullable<CustomerAnswer["history"]>[number];
type FieldChange = Entry["fields"][number];

/** One changed field as a line of a table. */
interface HistoryLine {
  readonly at: string;
  readonly cause: string;
  readonly field: string;
  readonly from: string;
  readonly to: string;
}

/** The last changes, a line a field, newest first; what says nothing to a reader is left out. */
export function toHistoryLines(history: readonly Entry[]): readonly HistoryLine[] {
  return history.flatMap(({ at, cause, fields }) =>
    joinReason(fields)
      .filter((change) => isTelling(change, fields))
      .map(({ field, from, to }) => {
        const isHidden = from === undefined && to === undefined;
        return {
          at: formatTime(Date.parse(at)),
          cause,
          field: nameField(field),
          from: spellValue(field, from),
          to: isHidden ? "(changed)" : spellValue(field, to),
        };
      }),
  );
}

const LISTS: ReadonlySet<string> = new Set(["tasks", "projectEmployees", "address.street"]);

/** A list is kept with a line for each entry. */
function spellValue(field: string, text = ""): string {
  return LISTS.has(field) ? text.replaceAll("\n", ", ") : text;
}

/** The parts of a reason as one: what it was, what it is. */
function joinReason(fields: readonly FieldChange[]): readonly FieldChange[] {
  const parts = fields.filter(({ field }) => field.startsWith("reason."));
  if (parts.length === 0) return fields;
  const reason = {
    field: "reason",
    from: joinTexts(parts.map(({ from }) => from)),
    to: joinTexts(parts.map(({ to }) => to)),
  };
  return fields.flatMap((change) => (change === parts[0] ? [reason] : parts.includes(change) ? [] : [change]));
}

/** A project's customer may change before any of its data is here. */
function nameField(field: string): string {
  return field === "dependsOn" ? "customer" : field;
}

function joinTexts(texts: readonly (string | undefined)[]): string {
  return texts.filter((text) => text !== undefined).join(" ");
}

/** A field that was empty and is empty is no news, nor is the company twice. */
function isTelling({ field, from, to }: FieldChange, fields: readonly FieldChange[]): boolean {
  if (field === "dependsOn") return !fields.some((other) => other.field === "companyId" && other.to === to);
  return (from === undefined && to === undefined) || (from ?? "") !== (to ?? "");
}
