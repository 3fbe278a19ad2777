import { Server } from "node:net";
import { startFauxqs, type FauxqsServer } from "fauxqs";
import type { EmbeddedServer } from "./embedded-dynamodb.ts";

/**
 * Starts SQS in this process, on 127.0.0.1.
 *
 * @param folder keeps the queues between starts; without it they live in memory
 * @param port 0 takes a free one
 */
export async function startEmbeddedSqs({
  port = 0,
  folder,
}: {
  readonly port?: number;
  readonly folder?: string;
} = {}): Promise<EmbeddedServer> {
  const server = await startOnLoopback({ port, logger: false, ...(folder !== undefined && { dataDir: folder }) });
  return { endpoint: `http://127.0.0.1:${server.port}`, stop: () => server.stop() };
}

/** fauxqs 2.4.1 listens on every interface and has no option for it; a queue without a password must not. */
async function startOnLoopback(options: Parameters<typeof startFauxqs>[0]): Promise<FauxqsServer> {
  const listen: (...args: never[]) => unknown = Reflect.get(Server.prototype, "listen");
  Reflect.set(Server.prototype, "listen", function listenOnLoopback(this: Server, ...args: unknown[]): unknown {
    const [first, ...others] = args;
    const isNamed = typeof first === "object" && first !== null && "host" in first;
    return Reflect.apply(listen, this, isNamed ? [{ ...first, host: "127.0.0.1" }, ...others] : args);
  });
  try {
    return await startFauxqs(options);
  } finally {
    Reflect.set(Server.prototype, "listen", listen);
  }
}
