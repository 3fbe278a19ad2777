import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Construct } from "constructs";
import { TABLE } from "../../lib/contract.ts";
import type { SyncFunction } from "./sync-function.ts";

/** What the record store calls. No Scan: every read knows its partition. */
const STORE_ACTIONS = [
  "dynamodb:BatchGetItem",
  "dynamodb:DeleteItem",
  "dynamodb:GetItem",
  "dynamodb:PutItem",
  "dynamodb:Query",
  "dynamodb:UpdateItem",
];

/** The one table. It outlives the stack, and a slip of the hand cannot delete it. */
export class RecordTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = new TableV2(this, "Records", {
      partitionKey: { name: TABLE.partitionKey, type: AttributeType.STRING },
      sortKey: { name: TABLE.sortKey, type: AttributeType.STRING },
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.awsManagedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      timeToLiveAttribute: TABLE.expiresAt,
      globalSecondaryIndexes: [TABLE.byCustomer, TABLE.byState].map((index) => ({
        indexName: index.indexName,
        partitionKey: { name: index.partitionKey, type: AttributeType.STRING },
        sortKey: { name: index.sortKey, type: AttributeType.STRING },
        projectionType: ProjectionType.KEYS_ONLY,
      })),
    });
  }

  /** Lets a function read and write records, on the table and its two indexes by name. */
  grantStore(to: SyncFunction): void {
    const { tableArn } = this.table;
    const indexArns = [TABLE.byCustomer, TABLE.byState].map(({ indexName }) => `${tableArn}/index/${indexName}`);
    to.allow(STORE_ACTIONS, [tableArn]);
    to.allow(["dynamodb:Query"], indexArns);
  }
}
