/** A request that the portal cannot fulfil, such as deleting what is not there; `/_sim/` answers 400 with its message. */
export class WorldError extends Error {
  override readonly name = "WorldError";
}
