import { EXCLUSION_DEFINITION } from "../../infra/local/hubspot-simulator/property-definitions.ts";
import type { Settings } from "../../lib/domain/settings.ts";
import type { Dice } from "./dice.ts";
import type { Scenario } from "./scenario.ts";
import type { Tally } from "./tally.ts";
import { SELECTED_STAGE_IDS } from "./world-actions.ts";

/** The settings as the judge reads them. */
interface Rules {
  /** Undefined: all deals become projects. */
  readonly stageIds: readonly string[] | undefined;
  /** In small letters. */
  readonly exclusionValues: readonly string[];
}

const STAGE_CHOICES = [undefined, SELECTED_STAGE_IDS, SELECTED_STAGE_IDS.slice(0, 1)];

const EXCLUSION_CHOICES = [["no", "nein"], ["no"], ["nein"]];

/** The settings that are deployed, and the admin who deploys others. */
export class Deployments {
  #rules: Rules;
  readonly #tally: Tally;

  constructor(dealStages: Scenario["dealStages"], tally: Tally) {
    const stageIds = dealStages === "all" ? undefined : SELECTED_STAGE_IDS;
    this.#rules = { stageIds, exclusionValues: ["no", "nein"] };
    this.#tally = tally;
  }

  get rules(): Rules {
    return this.#rules;
  }

  get settings(): Settings {
    const { stageIds, exclusionValues } = this.#rules;
    return {
      dealStages: stageIds === undefined ? { kind: "all" } : { kind: "stages", stageIds },
      exclusion: { property: EXCLUSION_DEFINITION.name, values: exclusionValues },
    };
  }

  /** @returns whether the new settings differ from those before; only then a deployment does anything */
  change(dice: Dice): boolean {
    const before = JSON.stringify(this.#rules);
    this.#rules = {
      stageIds: dice.pick(STAGE_CHOICES),
      exclusionValues: dice.pick(EXCLUSION_CHOICES) ?? [],
    };
    const isChanged = JSON.stringify(this.#rules) !== before;
    if (isChanged) this.#tally.count("admin: deploy");
    return isChanged;
  }
}
