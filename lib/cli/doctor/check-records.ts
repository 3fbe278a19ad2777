import { healthAnswer, type HealthAnswer, type PassAnswer } from "../api-answers.ts";
import type { RecordsClient } from "../records-client.ts";
import { checkLastEvent } from "./check-last-event.ts";
import { checkLastPass, type PassFacts } from "./check-last-pass.ts";
import { ok, problem, type CheckLine } from "./check-line.ts";

/**
 * Asks the records API how things stand.
 * @throws CliError when it does not answer
 */
export async function readHealth(records: RecordsClient): Promise<HealthAnswer> {
  const { body } = await records.request({ method: "GET", path: "/v1/health" }, healthAnswer);
  return body;
}

/**
 * What the records tell about themselves: last event, last pass, failing records.
 * @param target the option that leads the commands of a remedy to the same records
 */
export function checkRecords(
  health: HealthAnswer,
  { nowMs, target }: { readonly nowMs: number; readonly target: string },
): readonly CheckLine[] {
  const { lastEventAt, lastPass, lastPartialPass, failing } = health;
  const checkPass = (pass: PassAnswer | undefined) => checkLastPass(pass && toFacts(pass), { nowMs, target });
  return [
    ...checkLastEvent(lastEventAt === undefined ? undefined : Date.parse(lastEventAt), nowMs),
    ...checkPass(lastPass),
    ...(lastPartialPass === undefined ? [] : checkPass(lastPartialPass).map(callPartial)),
    ...checkFailing(failing, target),
  ];
}

function toFacts(pass: PassAnswer): PassFacts {
  return { ...pass, passId: pass.id, startedAtMs: Date.parse(pass.startedAt) };
}

/** A pass of some types says nothing of the others, so it is told apart. */
function callPartial(line: CheckLine): CheckLine {
  return { ...line, check: "last partial pass" };
}

/** Failing records that are named; `health` names more. */
const MOST_NAMED = 3;

function checkFailing(failing: HealthAnswer["failing"], target: string): readonly CheckLine[] {
  if (failing.length === 0) return [ok("records", "no record is failing")];
  const count = failing.length === 1 ? "1 record is failing" : `${failing.length} records are failing`;
  const named = failing.slice(0, MOST_NAMED).map(({ type, id, reason }) => `${type} ${id}: ${reason?.message ?? "?"}`);
  const rest = failing.length - named.length;
  const remedy =
    failing.length === 1 && failing[0]?.remedy !== undefined
      ? failing[0].remedy
      : `\`npx hubspot-zep health ${target}\` names each with its remedy; they clear themselves.`;
  return [problem("records", `${count} (${named.join("; ")}${rest > 0 ? `; and ${rest} more` : ""})`, remedy)];
}

/** The records API itself does not answer. */
export function describeSilentRecords(finding: string): readonly CheckLine[] {
  const remedy = "Look at the log of records-api; last event, last pass and failing records are not known without it.";
  return [problem("records", finding, remedy)];
}
