import * as z from "zod";
import type { Behaviour, BehaviourPatch } from "./behaviour.ts";
import { parseType, SIM_TYPES, type SimType } from "./object-type.ts";
import type { Portal } from "./portal.ts";
import type { WebhookSender } from "./webhook-sender.ts";
import type { WebhookQueue } from "./webhooks.ts";
import type { World } from "./world.ts";
import { WorldError } from "./world-error.ts";

/** Everything a `/_sim/` route may touch. */
export interface Simulator {
  readonly world: World;
  readonly portal: Portal;
  readonly queue: WebhookQueue;
  readonly sender: WebhookSender;
}

/** A `/_sim/` call, its path split at the route's `{names}`. */
export interface SimCall {
  readonly simulator: Simulator;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** A documented `/_sim/` route; `GET /_sim/` shows all of them. */
export interface SimRoute {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** With `{names}` for variable parts. */
  readonly path: string;
  readonly does: string;
  readonly exampleBody?: unknown;
  readonly run: (call: SimCall) => unknown;
}

/** Takes the type out of a path. */
export function typeOf(call: SimCall): SimType {
  const type = parseType(call.params["type"] ?? "");
  if (type === undefined) throw new WorldError(`"${call.params["type"]}" is none of ${SIM_TYPES.join(", ")}`);
  return type;
}

/** Takes the id out of a path. */
export function idOf(call: SimCall): string {
  return call.params["id"] ?? "";
}

export const idSchema = z.string().regex(/^\d+$/u, "an id is digits only");
export const typeSchema = z.string().transform((word, context) => {
  const type = parseType(word);
  if (type !== undefined) return type;
  context.addIssue(`"${word}" is none of ${SIM_TYPES.join(", ")}`);
  return z.NEVER;
});
export const endSchema = z.strictObject({ type: typeSchema, id: idSchema });

/** Changes the fields named and leaves the others. */
export function patchBehaviour(behaviour: Behaviour, patch: BehaviourPatch): void {
  const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  Object.assign(behaviour, given);
}
