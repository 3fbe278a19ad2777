import { mkdtempSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, nameFileError } from "../../lib/cli/make-folder.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Creates the folder that `--data` names, and tries whether folders can be made in it.
 * @throws UsageError
 */
export function prepareDataFolder(folder: string): void {
  try {
    makeFolder(folder);
    rmdirSync(mkdtempSync(join(folder, "trial-")));
  } catch (error) {
    const sentence = `--data is "${folder}", where nothing can be kept (${nameFileError(error)}); name a folder in which you may write.`;
    throw new UsageError(sentence, { cause: error });
  }
}
