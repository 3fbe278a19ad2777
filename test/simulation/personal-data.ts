import { selectLogFields } from "../../lib/telemetry/log-fields.ts";

/** Begins the one value of each contact that no other contact has. */
const MARK = "Geheim-";

/** Values that people type in this simulation, apart from HubSpot's own words. */
const PERSONAL = /Geheim-|@example|Groß|Klein|Ada|Bea|Alpha|Beta|Gämma|Umbau|Neubau|Anbau|Köln/u;

/** A value that gives a contact away wherever it turns up. */
export function createMark(random: () => number): string {
  return `${MARK}${Math.floor(random() * 1e12)}`;
}

/** Whether a text holds what somebody typed into HubSpot. */
export function isPersonal(text: string): boolean {
  return PERSONAL.test(text);
}

/** Whether a log line, as the code tells it or as it would be written, holds what somebody typed into HubSpot. */
export function isPersonalLine(message: string, fields: Readonly<Record<string, unknown>>): boolean {
  return (
    isPersonal(message) || isPersonal(JSON.stringify(fields)) || isPersonal(JSON.stringify(selectLogFields(fields)))
  );
}
