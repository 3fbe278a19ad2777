import { healthAnswer } from "../api-answers.ts";
import type { CliIo } from "../cli-io.ts";
import type { RecordsClient } from "../records-client.ts";
import { checkLastEvent } from "./check-last-event.ts";
import { checkLastPass } from "./check-last-pass.ts";
import { note, ok, problem, type CheckLine } from "./check-line.ts";

/**
 * What the records tell about themselves: last event, last pass, failing records.
 * @throws CliError when the records API does not answer
 */
export async function checkRecords(io: Pick<CliIo, "clock">, records: RecordsClient): Promise<readonly CheckLine[]> {
  const { body: health } = await records.request({ method: "GET", path: "/v1/health" }, healthAnswer);
  const { lastEventAt, lastPass, failing } = health;
  const nowMs = io.clock.now();
  const count = failing.length;
  return [
    ...checkLastEvent(lastEventAt === undefined ? undefined : Date.parse(lastEventAt), nowMs),
    ...checkLastPass(
      lastPass && { ...lastPass, passId: lastPass.id, startedAtMs: Date.parse(lastPass.startedAt) },
      nowMs,
    ),
    count === 0
      ? ok("records", "no record is failing")
      : note(
          "records",
          `${count} ${count === 1 ? "record is" : "records are"} failing`,
          "See `npx hubspot-zep health`.",
        ),
  ];
}

/** The records API itself does not answer. */
export function describeSilentRecords(finding: string): readonly CheckLine[] {
  return [problem("records", finding, "Look at the log of records-api, and check that you may call it.")];
}
