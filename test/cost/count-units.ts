import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { startDeployedWorld, type DeployedWorld } from "../fixtures/deployed-world.ts";
import { sizeOfItem } from "../fixtures/dynamodb-units.ts";
import { startCountingTable, type CountingTable } from "./counting-table.ts";

/** What some work consumed. */
export interface Units {
  readonly deliveries: number;
  readonly hubspotCalls: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly logBytes: number;
}

/** Units counted on the deployed functions, for the cost model to multiply. */
export interface CountedUnits {
  readonly objects: number;
  /** Everything of a fresh portal arrives by webhook. */
  readonly firstImport: Units;
  readonly edits: number;
  /** One person edits: each edit is a delivery and a batch of its own. */
  readonly editing: Units;
  /** A nightly pass that finds nothing to repair. */
  readonly quietPass: Units;
  /** Of all items in the table. */
  readonly storedBytes: number;
}

const IMPORT = { companies: 60, contacts: 100, deals: 40 } as const;
const EDITS = 12;

/** Runs the bundles against the simulated portal and counts. */
export async function countUnits(): Promise<CountedUnits> {
  let table: CountingTable | undefined;
  const world = await startDeployedWorld(async (endpoint) => {
    table = await startCountingTable(endpoint);
    return table.endpoint;
  });
  try {
    const meter = (): Units => readMeter(world, table);
    const companyIds = (await world.hubspot.import(IMPORT)).ids.company;
    await world.settle();
    const imported = meter();
    for (let edit = 0; edit < EDITS; edit += 1) {
      await world.hubspot.update("company", companyIds[edit] ?? "", { phone: `+49 30 ${edit}` });
      await world.settle();
    }
    const edited = meter();
    // The first pass notes what it saw; the second is like every other night.
    await world.runSchedule();
    const first = meter();
    await world.runSchedule();
    const quiet = meter();
    return {
      objects: IMPORT.companies + IMPORT.contacts + IMPORT.deals,
      firstImport: imported,
      edits: EDITS,
      editing: subtract(edited, imported),
      quietPass: subtract(quiet, first),
      storedBytes: await sumStored(world),
    };
  } finally {
    await world.stop();
    table?.stop();
  }
}

function readMeter(world: DeployedWorld, table: CountingTable | undefined): Units {
  const units = table?.units() ?? { read: 0, write: 0 };
  // The records API is only asked whether the work is done, which is no part of it.
  const { "records-api": _asked, ...working } = world.functions;
  const lines = Object.values(working).flatMap((running) => running.lines());
  return {
    deliveries: world.answers.length,
    hubspotCalls: sumMetric(lines, "HubSpotCalls"),
    readUnits: units.read,
    writeUnits: units.write,
    logBytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0),
  };
}

function sumMetric(lines: readonly string[], metric: string): number {
  return lines.reduce((sum, line) => sum + Number(JSON.parse(line)[metric] ?? 0), 0);
}

function subtract(after: Units, before: Units): Units {
  return {
    deliveries: after.deliveries - before.deliveries,
    hubspotCalls: after.hubspotCalls - before.hubspotCalls,
    readUnits: after.readUnits - before.readUnits,
    writeUnits: after.writeUnits - before.writeUnits,
    logBytes: after.logBytes - before.logBytes,
  };
}

async function sumStored({ aws }: DeployedWorld): Promise<number> {
  const { Items: items = [] } = await aws.dynamoDb.send(new ScanCommand({ TableName: aws.tableName }));
  return items.reduce((sum, item) => sum + sizeOfItem(item), 0);
}
