import { Buffer } from "node:buffer";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { TABLE } from "../../../lib/contract.ts";
import {
  failedWriteUnitsOf,
  indexWriteUnitsOf,
  readUnitsOf,
  sizeOfItem,
  tableWriteUnitsOf,
} from "../../fixtures/dynamodb-units.ts";

type Item = Readonly<Record<string, AttributeValue>>;

/** What requests to DynamoDB consumed, in capacity units. */
export interface TableUnits {
  readonly requests: number;
  readonly read: number;
  /** Writes of the table itself that held. */
  readonly write: number;
  readonly index: number;
  /** Writes whose condition failed; they are billed all the same. */
  readonly failed: number;
}

/** One write as it was billed. */
export interface BilledWrite {
  readonly pk: string;
  readonly sk: string;
  readonly isHeld: boolean;
  /** Of the larger of what was there and what came. */
  readonly bytes: number;
  readonly isNew: boolean;
  readonly write: number;
  readonly index: number;
}

/** One request and its answer, as they were on the wire. */
export interface TableExchange {
  /** Such as `PutItem`. */
  readonly operation: string;
  readonly request: unknown;
  readonly status: number;
  readonly answer: unknown;
}

/**
 * Reckons what requests would be billed. It remembers what was written, for a write is billed by the larger of the old
 * and the new item, a projected read by the whole one, and an answer tells neither.
 */
export class DynamoDbRecorder {
  readonly #items = new Map<string, Item>();
  #units: TableUnits = NO_UNITS;
  #writes: BilledWrite[] = [];

  /** What was consumed since the last call. */
  take(): { readonly units: TableUnits; readonly writes: readonly BilledWrite[] } {
    const taken = { units: this.#units, writes: this.#writes };
    this.#units = NO_UNITS;
    this.#writes = [];
    return taken;
  }

  observe({ operation, request, status, answer }: TableExchange): void {
    const asked = toRecord(request);
    const told = toRecord(answer);
    switch (operation) {
      case "PutItem":
        return this.#observeWrite(toItem(asked["Item"]), { after: toItem(asked["Item"]), status });
      case "DeleteItem":
        return this.#observeWrite(toItem(asked["Key"]), { after: undefined, status });
      case "UpdateItem":
        return this.#observeWrite(toItem(asked["Key"]), { after: toItem(told["Attributes"]), status });
      case "TransactWriteItems":
        return this.#observeTransaction(toList(asked["TransactItems"]).map(toRecord), status);
      case "GetItem":
        return this.#addRead(this.#unitsOfKeys([asked["Key"]], asked));
      case "BatchGetItem":
        for (const table of Object.values(toRecord(asked["RequestItems"]))) {
          const { Keys: keys, ...options } = toRecord(table);
          this.#addRead(this.#unitsOfKeys(toList(keys), options));
        }
        return undefined;
      case "Query":
        return this.#addRead(this.#unitsOfQuery(asked, told));
      case "CreateTable":
      case "DescribeTable":
        return undefined;
      default:
        throw new Error(`${operation} is no request whose units are known`);
    }
  }

  /** One request; each put of it is billed twice, but for what it changes in indexes. */
  #observeTransaction(parts: readonly Readonly<Record<string, unknown>>[], status: number): void {
    const { requests } = this.#units;
    for (const { Put: put } of parts) {
      const after = toItem(toRecord(put)["Item"]);
      this.#observeWrite(after, { after, status, times: 2 });
    }
    this.#units = { ...this.#units, requests: requests + 1 };
  }

  #observeWrite(
    key: Item,
    {
      after,
      status,
      times = 1,
    }: { readonly after: Item | undefined; readonly status: number; readonly times?: number },
  ): void {
    const name = nameOf(key);
    const before = this.#items.get(name);
    const isHeld = status === 200;
    const write = times * (isHeld ? tableWriteUnitsOf(before, after) : failedWriteUnitsOf(before));
    const index = isHeld ? indexWriteUnitsOf(before, after) : 0;
    if (isHeld && after === undefined) this.#items.delete(name);
    else if (isHeld && after !== undefined) this.#items.set(name, after);
    const bytes = Math.max(before ? sizeOfItem(before) : 0, after ? sizeOfItem(after) : 0);
    const [pk, sk] = keyOf(key);
    this.#writes.push({ pk, sk, isHeld, bytes, isNew: before === undefined, write, index });
    this.#add(isHeld ? { write, index } : { failed: write });
  }

  /** Each key is rounded up by itself, also one that leads to nothing. */
  #unitsOfKeys(keys: readonly unknown[], options: Readonly<Record<string, unknown>>): number {
    const isConsistent = options["ConsistentRead"] === true;
    return keys.reduce((units: number, key) => {
      const item = this.#items.get(nameOf(toItem(key)));
      return units + readUnitsOf(item ? sizeOfItem(item) : 0, isConsistent);
    }, 0);
  }

  /** All items of a page together, each whole; of an index what it projects, which is what it answers. */
  #unitsOfQuery(asked: Readonly<Record<string, unknown>>, told: Readonly<Record<string, unknown>>): number {
    const isOfIndex = asked["IndexName"] !== undefined;
    const bytes = toList(told["Items"]).reduce((sum: number, answered) => {
      const item = toItem(answered);
      const whole = isOfIndex ? item : this.#items.get(nameOf(item));
      if (whole === undefined) throw new Error(`the table answered ${nameOf(item)}, which was never written`);
      return sum + sizeOfItem(whole);
    }, 0);
    return readUnitsOf(bytes, asked["ConsistentRead"] === true);
  }

  #addRead(read: number): void {
    this.#add({ read });
  }

  #add(units: Partial<TableUnits>): void {
    this.#units = addUnits(this.#units, { ...NO_UNITS, requests: 1, ...units });
  }
}

export const NO_UNITS: TableUnits = { requests: 0, read: 0, write: 0, index: 0, failed: 0 };

/** The sum of two counts. */
export function addUnits(left: TableUnits, right: TableUnits): TableUnits {
  return {
    requests: left.requests + right.requests,
    read: left.read + right.read,
    write: left.write + right.write,
    index: left.index + right.index,
    failed: left.failed + right.failed,
  };
}

/** Everything that is billed as a write. */
export function billedWrites({ write, index, failed }: TableUnits): number {
  return write + index + failed;
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Attributes as the wire has them, bytes decoded. */
function toItem(value: unknown): Item {
  return Object.fromEntries(Object.entries(toRecord(value)).map(([name, attribute]) => [name, toValue(attribute)]));
}

function toValue(attribute: unknown): AttributeValue {
  const { S: text, N: number, B: bytes, BOOL: truth, L: list, M: map, ...others } = toRecord(attribute);
  if (typeof text === "string") return { S: text };
  if (typeof number === "string") return { N: number };
  if (typeof bytes === "string") return { B: Buffer.from(bytes, "base64") };
  if (typeof truth === "boolean") return { BOOL: truth };
  if (Array.isArray(list)) return { L: list.map(toValue) };
  if (map !== undefined) return { M: toItem(map) };
  if (others["NULL"] === true) return { NULL: true };
  throw new Error(`an attribute of the kinds ${Object.keys(others).join(", ")} is not known here`);
}

function keyOf(item: Item): readonly [string, string] {
  return [item[TABLE.partitionKey]?.S ?? "", item[TABLE.sortKey]?.S ?? ""];
}

function nameOf(item: Item): string {
  return keyOf(item).join("/");
}
