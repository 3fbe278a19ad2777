import { mkdirSync } from "node:fs";
import dynalite from "dynalite";
import { addTransactions } from "./embedded-transactions.ts";

/** A server of the embedded stack. */
export interface EmbeddedServer {
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
}

/**
 * Starts DynamoDB in this process, on 127.0.0.1.
 *
 * @param folder keeps the tables between starts; without it they live in memory
 * @param port 0 takes a free one
 */
export async function startEmbeddedDynamoDb({
  port = 0,
  folder,
}: {
  readonly port?: number;
  readonly folder?: string;
} = {}): Promise<EmbeddedServer> {
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const server = dynalite({ createTableMs: 0, ...(folder !== undefined && { path: folder }) });
  addTransactions(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("dynalite listens on no port");
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
