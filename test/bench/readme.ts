import { QUEUE } from "../../lib/contract.ts";
import { COST_ASSUMPTIONS } from "./costs.ts";
import type { Figure } from "./figure.ts";
import { PRICES } from "./prices.ts";
import { renderMarkdown } from "./table.ts";
import { ASSUMPTIONS, TRACE_SEEDS } from "./trace/webhook-traces.ts";

/** The page that `npm run bench -- --write` leaves beside this file. */
export function renderReadme(figures: readonly Figure[], date: Date): string {
  const day = date.toISOString().slice(0, 10);
  const missed = figures.filter(({ isMet }) => !isMet).map(({ row }) => row);
  const verdict =
    missed.length === 0 ? "Every goal is met." : `Short of their goal: ${missed.join(", ")}; why is said below.`;
  return [
    "# Benchmarks",
    `Generated on ${day} by \`npm run bench -- --write\`; do not edit. ${verdict}`,
    "HubSpot's rate limit, not our speed, bounds a full sync. So what counts is how little is asked of HubSpot, DynamoDB and SQS: ratios to the least possible, taken in one run, never absolute times.",
    "## Figures",
    renderMarkdown(figures).trim(),
    describeRun(),
    describeTraces(),
    describeModel(),
    ON_PAPER,
    "",
  ].join("\n\n");
}

function describeRun(): string {
  return `## How to run it

\`\`\`sh
npm ci
npm run bench                     # everything, some minutes
npm run bench -- --rows 1,4-7     # some rows
npm run bench -- --gates          # counts and sizes only, under a minute; exit code 1 when one is missed
npm run bench -- --json           # for machines
npm run bench -- --write          # this page
\`\`\`

It needs Node and nothing else: no account, no network. Counts are the same on every machine. CPU figures are medians of interleaved rounds of whole processes, compared in the same run; on a busy machine they scatter by a tenth or two, and no gate depends on them.

- **HubSpot** is the simulator in this repository; calls are recorded at \`fetch\`.
- **DynamoDB** is embedded; requests are recorded between the SDK and the network, and reckoned in capacity units by AWS's [size rules](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html), indexes, failed conditions and reads of nothing included.
- **SQS** requests are those that the SDK makes, taken off just before the network.
- The functions are the deployed ones: their own wiring, and for sizes and CPU the bundles with the deployment's own options.`;
}

function describeTraces(): string {
  const { people, secondsBetweenSaves, clicks, portal, stormPerSecond, lateRepeatMinutes } = ASSUMPTIONS;
  return `## Traces and their assumptions

Time is virtual: a batch is due ${QUEUE.batchWindowSeconds} s after its first message is visible, which is ${QUEUE.deliveryDelaySeconds} s after it was sent. One worker works at a time.

- **Interactive editing**: ${clicks} saves of ${people} people, each saving every ${secondsBetweenSaves} s on average, in a portal of ${portal.companies} companies, ${portal.contacts} contacts and ${portal.deals} deals. Of a thousand saves 60 create a contact, 50 a deal, 20 a company, 60 associate, 10 delete, 2 exclude; the rest changes one to four values of one record, half of them of deals. Each value fires its own event, an association up to four, and each save is a delivery. With fewer people a call carries fewer objects: row 2 grows, and matters less, for the calls of a second shrink with it.
- **Bulk import**: each company is created with eight values: nine events of one moment.
- **Workflow storm**: a value of every contact and every company, ${stormPerSecond} records a second; then every company is excluded.
- **Duplicates**: all deliveries of the interactive trace once more, at once and after ${lateRepeatMinutes} minutes.

Seeds: portal ${TRACE_SEEDS.world}, saves ${TRACE_SEEDS.clicks}. The same seeds give the same events.`;
}

function describeModel(): string {
  const { hubspotCallSeconds, receiverSeconds, callsPerSecond, passShare } = COST_ASSUMPTIONS;
  return `## Cost model

Counted units at list prices of ${PRICES.region} (\`prices.ts\`, ${PRICES.date}), the only file that names prices. Assumed besides: ${hubspotCallSeconds * 1_000} ms a HubSpot call, one after the other; ${receiverSeconds * 1_000} ms billed a delivery; ${callsPerSecond} calls a second, of which a pass takes ${passShare * 100} %. Not in it: logs, metrics, traces and what costs the same at rest.`;
}

const ON_PAPER = `## On paper

Reckoned, not measured.

**A hundred portals.** One stack each (\`stackName\`). HubSpot's limits and the tables are each portal's own, so nothing of one portal slows another. The first limit is the account's Lambda concurrency (1,000 by default): HubSpot keeps up to 10 deliveries in flight, a worker runs twice, a pass and the API once each, so a storm in all portals at once asks for 1,400. Answer: raise the quota, which is free, and spread the nightly schedules over the night, as each pass holds one function for as long as HubSpot's limit takes. Beyond some hundreds of portals the fixed cost of a stack (alarms, secrets, dashboard) outweighs the units: then the portal's id belongs into the partition keys, and one stack serves many.

**A thousand events a second in one portal.** That is fifty times the interactive trace. With six events in a delivery they come as some 170 requests a second: the first limit is our own door's throttle, 100 requests a second with bursts of 200. HubSpot repeats what it refuses, so nothing is lost, but it is late. Answer: raise the throttle with the portal's size; from imports and workflows, which fill deliveries to 100 events, it is 10 requests a second and no limit at all. Next are the workers: 170 messages a second are nine batches of a hundred messages in five seconds, at some seven calls each 12 of HubSpot's 19 calls a second, and two workers have a second for each. Answer: let three or four work at once, as HubSpot's limit still holds. HubSpot's own limit comes after that, at about 1,500 events a second, and then the queue absorbs the rest: the records are late and none is lost. DynamoDB takes 1,000 writes a second in each of 16 partitions a type; some 360 are needed.`;
