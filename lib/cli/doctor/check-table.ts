import * as z from "zod";
import type { AwsAccount } from "../aws/aws-account.ts";
import { TABLE } from "../../contract.ts";
import { ok, problem, type CheckLine } from "./check-line.ts";

/** The table as DynamoDB describes it. */
export interface TableFacts {
  readonly status: string;
  readonly indexNames: readonly string[];
}

const INDEX_NAMES = [TABLE.byCustomer.indexName, TABLE.byState.indexName] as const;

/** Whether the table can be read and written. */
export function checkTable({ status, indexNames }: TableFacts): readonly CheckLine[] {
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
  return [ok("table", "the table and its indexes are there")];
}

const description = z.looseObject({
  Table: z.looseObject({
    TableStatus: z.string(),
    GlobalSecondaryIndexes: z.array(z.looseObject({ IndexName: z.string() })).default([]),
  }),
});

/** @throws AwsRefusal */
export async function readTableFacts(account: AwsAccount, tableName: string): Promise<TableFacts> {
  const { Table: table } = await account.call(
    { service: "dynamodb", action: "DescribeTable", input: { TableName: tableName } },
    description,
  );
  return { status: table.TableStatus, indexNames: table.GlobalSecondaryIndexes.map(({ IndexName }) => IndexName) };
}
