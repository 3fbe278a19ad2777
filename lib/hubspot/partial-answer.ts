import { badAnswer } from "./crm-clients.ts";

/** An error entry of an answer that is good in other parts. All its fields are optional. */
interface ErrorEntry {
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

/** The ids that an error entry names, under whatever key. */
export function listNamedIds({ context }: ErrorEntry): readonly string[] {
  return Object.values(context ?? {})
    .flat()
    .map(String);
}

/**
 * Which of the objects asked for could not be read by these error entries, and why.
 * @throws RetryableError `badAnswer` when an entry names none of them: it may stand for any
 */
export function blameNamed(
  errors: readonly ErrorEntry[],
  { ids, what }: { readonly ids: readonly string[]; readonly what: string },
): ReadonlyMap<string, unknown> {
  const error = badAnswer(`HubSpot could not read a part (${what})`);
  const named = errors.map((entry) => listNamedIds(entry).filter((id) => ids.includes(id)));
  if (named.some((own) => own.length === 0)) throw error;
  return new Map(named.flat().map((id) => [id, error]));
}
