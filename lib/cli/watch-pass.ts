import { passAnswer, type PassAnswer } from "./api-answers.ts";
import type { CommandCall } from "./command.ts";
import { renderProgress } from "./pass-text.ts";
import type { RecordsClient } from "./records-client.ts";

/** How often a running pass is asked. Milliseconds. */
const ASK_EVERY_MS = 1_000;

/**
 * Follows a pass to its end; on a terminal with a bar that is drawn anew, elsewhere in silence.
 * @throws ApiRefusal, CliError
 */
export async function watchPass({ io, options }: CommandCall, records: RecordsClient, id: string): Promise<PassAnswer> {
  const isDrawn = io.isTerminal && options["json"] !== true;
  for (;;) {
    const { body } = await records.request({ method: "GET", path: `/v1/reconciliations/${id}` }, passAnswer);
    if (body.status !== "running") {
      if (isDrawn) io.write("\r\u001B[K");
      return body;
    }
    if (isDrawn) io.write(`\r\u001B[K${renderProgress(io, body)}`);
    await io.clock.sleep(ASK_EVERY_MS);
  }
}
