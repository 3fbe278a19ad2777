import { synthStack } from "../infra/aws/synth-stack.ts";
import { PRICES } from "../bench/prices.ts";
import { countAlarmMetrics } from "./count-alarm-metrics.ts";
import { ASSUMED, computeMonthlyCost, PORTALS, sumCost } from "./cost-model.ts";
import { countUnits } from "./count-units.ts";

/** Prints what the deployment costs in a month, computed from units that the real code consumed: `npm run cost`. */
async function main(): Promise<void> {
  const counted = await countUnits();
  const alarmMetrics = countAlarmMetrics(synthStack().template);
  const costs = PORTALS.map((portal) => ({ portal, cost: computeMonthlyCost(counted, portal, alarmMetrics) }));
  if (process.argv.includes("--json")) {
    process.stdout.write(`${JSON.stringify({ prices: PRICES, assumed: ASSUMED, counted, costs }, null, 2)}\n`);
    return;
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
}

function row(name: string, cells: readonly string[]): string {
  return `| ${name.padEnd(28)} | ${cells.map((cell) => cell.padStart(9)).join(" | ")} |\n`;
}

await main();
process.exit();
