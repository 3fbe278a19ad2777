/** Something that the person who starts the stack can correct; the message is one sentence that says how. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
