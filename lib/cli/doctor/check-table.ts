import * as z from "zod";
import type { AwsAccount } from "../aws/aws-account.ts";
import { TABLE } from "../../contract.ts";
import { ok, problem, type CheckLine } from "./check-line.ts";

/** The table as DynamoDB describes it. */
export interface TableFacts {
  readonly tableName: string;
  readonly status: string;
  readonly indexNames: readonly string[];
  readonly isProtected: boolean;
}

const INDEX_NAMES = [TABLE.byCustomer.indexName, TABLE.byState.indexName] as const;

/** Whether the table can be read and written, and not be deleted by mistake. */
export function checkTable(facts: TableFacts): readonly CheckLine[] {
  const { tableName, status, indexNames, isProtected } = facts;
  if (status !== "ACTIVE") {
    return [
      problem(
        "table",
        `the table is ${status}, expected ACTIVE`,
        "Wait for AWS, or look at it in the DynamoDB console.",
      ),
    ];
  }
  const missing = INDEX_NAMES.filter((name) => !indexNames.includes(name));
  if (missing.length > 0) {
    return [problem("table", `the table lacks the index ${missing.join(", ")}`, "Run `npx cdk deploy` again.")];
  }
  if (isProtected) return [ok("table", "the table and its indexes are there, protected against deletion")];
  const remedy = `Switch it on again: aws dynamodb update-table --table-name ${tableName} --deletion-protection-enabled`;
  return [problem("table", "somebody switched the table's deletion protection off", remedy)];
}

/** Whether a mistake can be taken back. */
export function checkBackups(isRecoverable: boolean): readonly CheckLine[] {
  if (isRecoverable) return [ok("backups", "the table can be restored to any second of the last 35 days")];
  const remedy = "Switch it on again in the DynamoDB console: the table > Backups > Point-in-time recovery.";
  return [problem("backups", "somebody switched the table's point-in-time recovery off", remedy)];
}

const description = z.looseObject({
  Table: z.looseObject({
    TableStatus: z.string(),
    DeletionProtectionEnabled: z.boolean().default(false),
    GlobalSecondaryIndexes: z.array(z.looseObject({ IndexName: z.string() })).default([]),
  }),
});

/** @throws AwsRefusal */
export async function readTableFacts(account: AwsAccount, tableName: string): Promise<TableFacts> {
  const { Table: table } = await account.call(
    { service: "dynamodb", action: "DescribeTable", input: { TableName: tableName } },
    description,
  );
  return {
    tableName,
    status: table.TableStatus,
    indexNames: table.GlobalSecondaryIndexes.map(({ IndexName }) => IndexName),
    isProtected: table.DeletionProtectionEnabled,
  };
}

const continuousBackups = z.looseObject({
  ContinuousBackupsDescription: z.looseObject({
    PointInTimeRecoveryDescription: z.looseObject({ PointInTimeRecoveryStatus: z.string() }).optional(),
  }),
});

/**
 * Whether point-in-time recovery is on.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html
 * @throws AwsRefusal
 */
export async function readIsRecoverable(account: AwsAccount, tableName: string): Promise<boolean> {
  const { ContinuousBackupsDescription: found } = await account.call(
    { service: "dynamodb", action: "DescribeContinuousBackups", input: { TableName: tableName } },
    continuousBackups,
  );
  return found.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === "ENABLED";
}
