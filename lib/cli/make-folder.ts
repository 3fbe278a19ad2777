import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Creates a folder and those above it that are missing. Node's own `recursive` does not come to an end where a file
 * system, such as `/proc`, says of an existing folder that nothing can be there.
 *
 * @throws the file system's error
 */
export function makeFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return;
  if (found === undefined) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been quicker.
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

/** Why the file system refused: its code, such as `EACCES`. */
export function nameFileError(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
