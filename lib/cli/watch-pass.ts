import { passAnswer, type PassAnswer } from "./api-answers.ts";
import type { CommandCall } from "./command.ts";
import { renderProgress, renderUse } from "./pass-text.ts";
import type { RecordsClient } from "./records-client.ts";

/** How often a running pass is asked. Milliseconds. */
const ASK_EVERY_MS = 1_000;

/**
 * Follows a pass to its end; on a terminal with a bar and what each type took so far, drawn anew; elsewhere in silence.
 * @throws ApiRefusal, CliError
 */
export async function watchPass({ io, options }: CommandCall, records: RecordsClient, id: string): Promise<PassAnswer> {
  const isDrawn = io.isTerminal && options["json"] !== true;
  let drawn = "";
  for (;;) {
    const { body } = await records.request({ method: "GET", path: `/v1/reconciliations/${id}` }, passAnswer);
    if (isDrawn) io.write(eraseLines(drawn));
    if (body.status !== "running") return body;
    drawn = [renderProgress(io, body), renderUse(io, body).trimEnd()].filter((part) => part !== "").join("\n");
    if (isDrawn) io.write(drawn);
    await io.clock.sleep(ASK_EVERY_MS);
  }
}

/** Goes back to the start of what was drawn, and clears everything from there. */
function eraseLines(drawn: string): string {
  const up = drawn.split("\n").length - 1;
  return `\r${up > 0 ? `\u001B[${up}A` : ""}\u001B[J`;
}
