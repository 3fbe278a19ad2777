import { createBehaviour, type Behaviour, type CallKind } from "./behaviour.ts";
import type { PortalSource } from "./portal-source.ts";
import { RateLimiter } from "./rate-limiter.ts";
import { createRandom, type Random } from "./seeded-random.ts";

/** What was called so far. */
export interface CallCounts {
  readonly byKind: Partial<Record<CallKind, number>>;
  /** Object reads and associations: how many inputs the batches held. */
  readonly inputsByKind: Partial<Record<CallKind, number>>;
  readonly byStatus: Record<string, number>;
  total: number;
  rateLimited: number;
}

/** A portal with its door: what it holds, who may read it, how it behaves and what was called. */
export interface Portal {
  readonly source: PortalSource;
  readonly accessToken: string;
  readonly behaviour: Behaviour;
  readonly limiter: RateLimiter;
  readonly random: Random;
  calls: CallCounts;
}

export function createPortal(options: {
  readonly source: PortalSource;
  readonly accessToken: string;
  readonly seed: number;
}): Portal {
  const behaviour = createBehaviour();
  return {
    source: options.source,
    accessToken: options.accessToken,
    behaviour,
    limiter: new RateLimiter(behaviour, options.source.identity),
    random: createRandom(options.seed),
    calls: createCallCounts(),
  };
}

export function createCallCounts(): CallCounts {
  return { byKind: {}, inputsByKind: {}, byStatus: {}, total: 0, rateLimited: 0 };
}
