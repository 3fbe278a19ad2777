import type { Pair, PortalEvent } from "../../infra/local/hubspot-simulator/portal-event.ts";
import type { SimType } from "../../infra/local/hubspot-simulator/object-type.ts";
import type { MergeRequest, Mutation, NewObject, World } from "../../infra/local/hubspot-simulator/world.ts";
import type { PortalHistory } from "./portal-history.ts";
import type { VirtualTime } from "./virtual-time.ts";

interface ActedPortalOptions {
  readonly world: World;
  readonly history: PortalHistory;
  readonly time: VirtualTime;
  readonly onEvents: (events: readonly PortalEvent[]) => void;
}

/** A portal that people work in: each change takes its own millisecond, is remembered and is told. */
export class ActedPortal {
  readonly #options: ActedPortalOptions;

  constructor(options: ActedPortalOptions) {
    this.#options = options;
  }

  now(): number {
    return this.#options.time.now();
  }

  create(type: SimType, object: NewObject): Mutation {
    return this.#act(type, (world) => world.create(type, object));
  }

  update(type: SimType, id: string, changes: Readonly<Record<string, string>>): Mutation {
    return this.#act(type, (world) => world.update(type, id, changes));
  }

  delete(type: SimType, id: string): Mutation {
    return this.#act(type, (world) => world.delete(type, id));
  }

  restore(type: SimType, id: string): Mutation {
    return this.#act(type, (world) => world.restore(type, id));
  }

  erase(contactId: string): Mutation {
    this.#options.history.noteErasure(contactId);
    return this.#act("contact", (world) => world.erase(contactId));
  }

  merge(type: SimType, request: MergeRequest): Mutation {
    return this.#act(type, (world) => world.merge(type, request));
  }

  associate(pair: Pair): Mutation {
    return this.#act(pair.from.type, (world) => world.associate(pair));
  }

  dissociate(pair: Pair): Mutation {
    return this.#act(pair.from.type, (world) => world.dissociate(pair));
  }

  #act(type: SimType, act: (world: World) => Mutation): Mutation {
    const { world, history, time, onEvents } = this.#options;
    time.advance(1);
    const mutation = act(world);
    history.observe(type, [mutation.id]);
    if (mutation.events.length > 0) onEvents(mutation.events);
    return mutation;
  }
}
