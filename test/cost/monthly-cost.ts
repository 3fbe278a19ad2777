import { parseArgs } from "node:util";
import { synthStack } from "../infra/aws/synth-stack.ts";
import { runTool } from "../fixtures/tool-call.ts";
import { PRICES } from "../bench/prices.ts";
import { countAlarmMetrics } from "./count-alarm-metrics.ts";
import { ASSUMED, computeMonthlyCost, PORTALS, sumCost } from "./cost-model.ts";
import { countUnits } from "./count-units.ts";

const USAGE = `Prints what the deployment costs in a month, computed from units that the real code consumed.

  npm run cost               small, middle and large portals as a table
  npm run cost -- --json     with the prices, what is assumed and what was counted
`;

async function main(): Promise<number> {
  const { values: options } = parseArgs({
    options: { json: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
  });
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const counted = await countUnits();
  const alarmMetrics = countAlarmMetrics(synthStack().template);
  const costs = PORTALS.map((portal) => ({ portal, cost: computeMonthlyCost(counted, portal, alarmMetrics) }));
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ prices: PRICES, assumed: ASSUMED, counted, costs }, null, 2)}\n`);
    return 0;
  }
  const names = Object.keys(costs[0]?.cost ?? {});
  process.stdout.write(
    [
      row(
        "US dollars a month",
        PORTALS.map(({ name }) => name),
      ),
      row(
        "---",
        PORTALS.map(() => "---:"),
      ),
      row(
        "objects in HubSpot",
        PORTALS.map(({ objects }) => objects.toLocaleString("en")),
      ),
      row(
        "webhook deliveries",
        PORTALS.map(({ deliveries }) => deliveries.toLocaleString("en")),
      ),
      ...names.map((name) =>
        row(
          name,
          costs.map(({ cost }) => (cost[name] ?? 0).toFixed(2)),
        ),
      ),
      row(
        "together",
        costs.map(({ cost }) => sumCost(cost).toFixed(2)),
      ),
      `\nList prices of ${PRICES.region}, ${PRICES.date}, without free tiers; counted on ${counted.objects} objects and ${counted.edits} edits.\n`,
    ].join(""),
  );
  return 0;
}

function row(name: string, cells: readonly string[]): string {
  return `| ${name.padEnd(28)} | ${cells.map((cell) => cell.padStart(9)).join(" | ")} |\n`;
}

process.exit(await runTool(main));
