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

  /** Lets a function read and write records, and find those of a customer. */
  grantStore(to: SyncFunction): void {
    to.allow(STORE_ACTIONS, [this.table.tableArn]);
    to.allow(["dynamodb:Query"], [this.indexArn(TABLE.byCustomer)]);
  }

  /** Lets a function that has the store work on passes besides, whose lease is updated, and list records by state. */
  grantPassesAndLists(to: SyncFunction): void {
    to.allow(["dynamodb:UpdateItem"], [this.table.tableArn]);
    to.allow(["dynamodb:Query"], [this.indexArn(TABLE.byState)]);
  }

  private indexArn({ indexName }: { readonly indexName: string }): string {
    return `${this.table.tableArn}/index/${indexName}`;
  }
}
