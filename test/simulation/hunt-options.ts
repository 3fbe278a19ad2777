import { parseArgs } from "node:util";
import { readWhole, readWord } from "../fixtures/tool-call.ts";
import { PLOTS, type Plot } from "./plots.ts";
import { TROUBLE_KINDS } from "./scenario.ts";

/** What `npm run simulate` was asked for. */
export interface HuntOptions {
  readonly first: number;
  readonly last: number;
  readonly steps: number;
  /** Indexes of the steps to play; all of them when absent. */
  readonly keep?: readonly number[];
  /** Kinds of trouble to leave out. */
  readonly without: readonly (typeof TROUBLE_KINDS)[number][];
  readonly fault?: string;
  readonly plot?: Plot;
  readonly stats: boolean;
  readonly story: boolean;
}

export const DEFAULT_STEPS = 250;

export const USAGE = `npm run simulate -- [options]
  --seeds N       how many seeds, from --from on (default 100 from 1)
  --seed N        this one only
  --steps N       steps of a scenario (default ${DEFAULT_STEPS})
  --keep a,b,c    only these steps of it, as a failure names them
  --without a,b   without these kinds of trouble, as a failure names them
  --story         all that happened
  --stats         how often each disorder happened
  --plot NAME     one idea of plots.ts instead of everything: ${PLOTS.join(", ")}
  --fault NAME    with a deliberate fault of faults.ts; ends when it is caught`;

/**
 * Reads the command line. What cannot be read is refused: a hunt over no seeds would look like one that found nothing.
 * @returns "help" when that is what was asked for
 * @throws UsageError, or what `parseArgs` throws at an unknown option
 */
export function parseHuntOptions(argv: readonly string[]): HuntOptions | "help" {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seeds: { type: "string", default: "100" },
      from: { type: "string", default: "1" },
      seed: { type: "string" },
      steps: { type: "string", default: String(DEFAULT_STEPS) },
      keep: { type: "string" },
      without: { type: "string" },
      fault: { type: "string" },
      plot: { type: "string" },
      stats: { type: "boolean", default: false },
      story: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const { seed, keep, without, fault, plot, stats, story } = values;
  const seeds = readWhole("--seeds", values.seeds, 1);
  const first = seed === undefined ? readWhole("--from", values.from) : readWhole("--seed", seed);
  return {
    first,
    last: seed === undefined ? first + seeds - 1 : first,
    steps: readWhole("--steps", values.steps, 1),
    ...(keep !== undefined && { keep: keep.split(",").map((index) => readWhole("--keep", index)) }),
    without: without?.split(",").map((kind) => readWord("--without", kind, TROUBLE_KINDS)) ?? [],
    ...(fault !== undefined && { fault }),
    ...(plot !== undefined && { plot: readWord("--plot", plot, PLOTS) }),
    stats,
    story,
  };
}
