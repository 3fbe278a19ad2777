import type { IncomingHttpHeaders, IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";

const API = "DynamoDB_20120810";

/** Marks the requests that a transaction is made of; they run while all others wait. */
const PART_OF_TRANSACTION = "x-part-of-transaction";

/** A put of a transaction, and what became of it. */
interface DonePut {
  readonly put: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly answer: Readonly<Record<string, unknown>>;
}

/**
 * Adds to the embedded DynamoDB what it lacks: `TransactWriteItems`, of conditional puts. The puts run one after the other
 * while every other request waits; if one of them fails its condition, the others are undone before anybody looks.
 * A process that is killed in between leaves some of the puts.
 */
export function addTransactions(server: Server): void {
  const [serve] = server.listeners("request").map((listener): RequestListener => {
    return (request, response) => void Reflect.apply(listener, server, [request, response]);
  });
  if (serve === undefined) throw new Error("dynalite listens to no request");
  const gate = new Gate();
  server.removeAllListeners("request");
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers[PART_OF_TRANSACTION] !== undefined) return serve(request, response);
    if (request.headers["x-amz-target"] === `${API}.TransactWriteItems`) {
      const transact = (): Promise<void> => answerTransaction(server, request, response);
      // Whoever asked, or this server, has gone meanwhile.
      return void gate.alone(() => transact().catch(() => response.destroy()));
    }
    return void gate.together(() => {
      serve(request, response);
      return new Promise((resolve) => response.once("close", resolve));
    });
  });
}

/** Lets any number of requests in together, or a transaction alone. */
class Gate {
  #inside = new Set<Promise<unknown>>();
  #last: Promise<unknown> = Promise.resolve();

  async together(work: () => Promise<unknown>): Promise<void> {
    await this.#last;
    const working = work();
    this.#inside.add(working);
    await working;
    this.#inside.delete(working);
  }

  async alone(work: () => Promise<unknown>): Promise<void> {
    this.#last = this.#last.then(() => Promise.all(this.#inside)).then(work);
    await this.#last;
  }
}

async function answerTransaction(server: Server, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { TransactItems: items = [], ReturnConsumedCapacity: wanted } = Object(await json(request));
  const done: DonePut[] = [];
  for (const { Put: put } of items) {
    const asked = { ...put, ReturnValues: "ALL_OLD", ReturnConsumedCapacity: wanted };
    done.push({ put, ...(await call(server, request.headers, { operation: "PutItem", body: asked })) });
  }
  const failed = done.filter(({ status }) => status !== 200);
  if (failed.length > 0) await undo(server, request.headers, done);
  const body = failed.length > 0 ? describeCancellation(done) : describeCapacity(done);
  response.writeHead(failed.length > 0 ? 400 : 200, { "content-type": "application/x-amz-json-1.0" });
  response.end(JSON.stringify(body));
}

async function undo(server: Server, headers: IncomingHttpHeaders, done: readonly DonePut[]): Promise<void> {
  for (const { put, status, answer } of done) {
    if (status !== 200) continue;
    const { TableName, Item: item } = put;
    const { pk, sk } = Object(item);
    const before = answer["Attributes"];
    const back =
      before === undefined
        ? { operation: "DeleteItem", body: { TableName, Key: { pk, sk } } }
        : { operation: "PutItem", body: { TableName, Item: before } };
    const undone = await call(server, headers, back);
    if (undone.status !== 200) throw new Error(`undoing a put was answered with ${undone.status}, expected 200`);
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html#API_TransactWriteItems_Errors */
function describeCancellation(done: readonly DonePut[]): object {
  const reasons = done.map(({ status, answer }) => {
    if (status === 200) return { Code: "None" };
    const code = String(answer["__type"]).split("#")[1] ?? "";
    const isCondition = code === "ConditionalCheckFailedException";
    return { Code: isCondition ? "ConditionalCheckFailed" : "ValidationError", Message: answer["message"] };
  });
  return {
    __type: "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
    message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code: code }) => code).join(", ")}]`,
    CancellationReasons: reasons,
  };
}

/** A transaction costs twice what its puts would. */
function describeCapacity(done: readonly DonePut[]): object {
  const consumed = done.flatMap(({ answer }) => answer["ConsumedCapacity"] ?? []);
  return consumed.length === 0
    ? {}
    : {
        ConsumedCapacity: consumed.map((capacity) => {
          const { TableName, CapacityUnits: units } = Object(capacity);
          return { TableName, CapacityUnits: 2 * Number(units) };
        }),
      };
}

async function call(
  server: Server,
  { authorization = "", "x-amz-date": date = "" }: IncomingHttpHeaders,
  { operation, body }: { readonly operation: string; readonly body: object },
): Promise<{ readonly status: number; readonly answer: Readonly<Record<string, unknown>> }> {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("dynalite listens on no port");
  const response = await fetch(`http://127.0.0.1:${address.port}`, {
    method: "POST",
    headers: {
      authorization,
      "x-amz-date": String(date),
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `${API}.${operation}`,
      [PART_OF_TRANSACTION]: "1",
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: Object(await response.json()) };
}
