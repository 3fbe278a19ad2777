import { parseArgs } from "node:util";
import { createScenario } from "./scenario.ts";
import { Tally } from "./tally.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    steps: { type: "string", default: "250" },
    fault: { type: "string" },
    stats: { type: "boolean", default: false },
    story: { type: "boolean", default: false },
  },
});
if (values.fault !== undefined) {
  const { FAULTS } = await import("./faults.ts");
  const { installFault } = await import("./fault-loader.ts");
  const fault = FAULTS.find(({ name }) => name === values.fault);
  if (fault === undefined) throw new Error(`There is no fault ${values.fault}`);
  await installFault(fault);
}
const { runScenario } = await import("./simulation.ts");
const first = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;
let failed = 0;
const tally = new Tally();
const startMs = performance.now();
for (let seed = first; seed < first + count; seed += 1) {
  const verdict = await runScenario(createScenario(seed, Number(values.steps)));
  const { violations, story, writes } = verdict;
  tally.add(verdict.tally);
  if (values.seed !== undefined) console.log(`seed ${seed}: ${writes} writes, ${story.length} lines`);
  if (values.story) console.log(story.join("\n"));
  if (violations.length === 0) continue;
  failed += 1;
  console.log(`seed ${seed} fails:\n  ${violations.slice(0, 4).join("\n  ")}`);
  if (values.fault !== undefined) break;
}
if (values.stats) console.log(tally.describe().join("\n"));
console.log(`${count} seeds, ${failed} failed, ${Math.round(performance.now() - startMs)} ms`);
process.exitCode = failed === 0 ? 0 : 1;
