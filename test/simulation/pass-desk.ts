import type { InMemoryMessages } from "../fixtures/in-memory-messages.ts";
import { SETTINGS_CHANGE } from "../../lib/contract.ts";
import type { BrakeSettings } from "../../lib/domain/brake.ts";
import { OBJECT_TYPES } from "../../lib/domain/hubspot-object.ts";
import type { Pass, PassDemand, PassStore } from "../../lib/sync/pass-ports.ts";
import { startPass, type PassRequest } from "../../lib/sync/pass/start-pass.ts";
import type { AdminDesk } from "./admin-desk.ts";
import type { Dice } from "./dice.ts";
import type { StoreGuard } from "./store-guard.ts";
import type { Tally } from "./tally.ts";

const SCHEDULED: PassDemand = { start: true, cause: "schedule" };
const FOR_SETTINGS: PassDemand = { start: true, cause: "settings" };

/** Passes that are asked for before one is said never to succeed. */
const MOST_TRIES = 6;

/**
 * From this try on nothing kills a pass. Dice that kill a process at every hundredth step let a long pass end as seldom
 * as they like, which says nothing about the pass.
 */
const CALM_AFTER_TRIES = 3;

interface PassDeskOptions {
  readonly messages: Pick<InMemoryMessages, "add">;
  readonly passes: Pick<PassStore<unknown, unknown>, "listPasses">;
  readonly desk: AdminDesk;
  readonly guard: StoreGuard;
  readonly brake: BrakeSettings;
  readonly tally: Tally;
  /** Waits until nothing is under way; false when that never happens. */
  readonly rest: () => Promise<boolean>;
  /** Waits until the schedule comes round again; by then the lease of a pass that died is long over. */
  readonly untilNextNight: () => Promise<void>;
  /** From now on no process dies. */
  readonly calm: () => void;
}

/** Who starts passes: the schedule, and an admin who confirms, tries out, or compares one type only. */
export class PassDesk {
  readonly #options: PassDeskOptions;
  readonly #judged = new Set<string>();

  constructor(options: PassDeskOptions) {
    this.#options = options;
  }

  /** One step of a scenario. */
  async act(dice: Dice): Promise<void> {
    if (this.#options.desk.isBusyWith("pass")) return;
    const chance = dice.random();
    if (chance < 0.6) return this.#schedule();
    if (chance < 0.7) return this.#ask({ isDryRun: true });
    if (chance < 0.8) return this.#ask({ types: [dice.pick(OBJECT_TYPES) ?? "company"] });
    const stopped = (await this.#list()).find(({ status }) => status === "stopped");
    if (stopped !== undefined && dice.hits(0.7)) return this.#ask({ confirms: stopped.passId });
    await this.#ask({});
  }

  /**
   * Lets one pass do all there is to do: when it failed, another one the next night, and a confirmed one when the brake
   * stopped it.
   *
   * @returns the pass that succeeded; undefined when none did
   */
  async runToSuccess(): Promise<Pass | undefined> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      if (tries === CALM_AFTER_TRIES) this.#options.calm();
      const before = (await this.#list())[0];
      if (before?.status === "stopped" && tries > 0) await this.#ask({ confirms: before.passId });
      else {
        if (tries > 0) await this.#options.untilNextNight();
        this.#schedule();
      }
      if (!(await this.#options.rest())) return undefined;
      const pass = (await this.#list())[0];
      if (pass?.status === "succeeded" && pass.passId !== before?.passId) return pass;
    }
    return undefined;
  }

  /** What must hold of every pass that ended: one that stopped or only tried has taken nothing away. */
  async judgeEnded(): Promise<void> {
    for (const pass of await this.#list()) {
      if (pass.status === "running" || this.#judged.has(pass.passId)) continue;
      this.#judged.add(pass.passId);
      this.#options.tally.count(`pass: ${pass.isDryRun ? "dry run " : ""}${pass.status}`);
      if (pass.confirms !== undefined) this.#options.tally.count("pass: confirmed by an admin");
      this.#options.guard.judgePass(pass, this.#options.brake);
    }
  }

  /** What a deployment does that changes the settings. */
  startForSettings(): void {
    this.#options.messages.add(JSON.stringify(FOR_SETTINGS), SETTINGS_CHANGE.passDelaySeconds);
  }

  #schedule(): void {
    this.#options.messages.add(JSON.stringify(SCHEDULED), 0);
  }

  async #ask(request: PassRequest): Promise<void> {
    await this.#options.desk.settle({
      name: "starts a pass",
      key: "pass",
      work: (_run, ports) => startPass(ports, request),
    });
  }

  async #list(): Promise<readonly Pass[]> {
    return (await this.#options.passes.listPasses({ limit: 50 })).items;
  }
}
