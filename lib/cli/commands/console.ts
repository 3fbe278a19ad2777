import { once } from "node:events";
import * as z from "zod";
import { startConsoleServer, type ConsoleServer } from "../../console/console-server.ts";
import { AWS_OPTIONS, openDeployment } from "../aws/deployment.ts";
import { CliError } from "../cli-error.ts";
import type { CliIo } from "../cli-io.ts";
import { parseOptions, printResult, type Command, type CommandCall } from "../command.ts";
import { LOCAL_URL } from "../local-url.ts";
import { isAwsChosen } from "../target.ts";

const DEFAULT_PORT = 8790;

const PORT_EXPECTED = "expected a port from 0 (any free one) to 65535";

const consoleOptions = z.looseObject({
  port: z.coerce
    .number(PORT_EXPECTED)
    .int(PORT_EXPECTED)
    .min(0, PORT_EXPECTED)
    .max(65_535, PORT_EXPECTED)
    .default(DEFAULT_PORT),
});

/** Shows the web console. */
export const CONSOLE: Command = {
  name: "console",
  summary: "Serves the web console on this machine: records, reasons, reconciliations, in a browser.",
  options: [
    ["--aws", "work on AWS with your own credentials"],
    ["--port <number>", `where it listens on 127.0.0.1 (default: ${DEFAULT_PORT})`],
    ...AWS_OPTIONS,
  ],
  examples: ["npx hubspot-zep console --aws", "npx hubspot-zep console --aws --profile production --port 9000"],
  run: serveConsole,
};

async function serveConsole(call: CommandCall): Promise<void> {
  const { io, options } = call;
  if (!isAwsChosen(options)) {
    const url = io.env["HUBSPOT_ZEP_URL"] ?? LOCAL_URL;
    printResult(call, { url }, () => `The local stack serves its own console while it runs (npm start): ${url}/\n`);
    return;
  }
  const { port } = parseOptions(consoleOptions, options);
  const { account, outputs } = await openDeployment(io, options);
  const apiUrl = outputs.require("recordsApiUrl").replace(/\/+$/u, "");
  const server = await listen(port, ({ path, ...request }) =>
    account.sendSigned({ ...request, url: apiUrl + path, service: "execute-api" }),
  );
  printResult(call, { url: server.url }, () => describeConsole(io, server.url));
  await once(process, "SIGINT");
  await server.close();
}

function describeConsole(io: CliIo, url: string): string {
  const how = io.isTerminal ? " Ctrl-C ends it." : "";
  return `The console is at ${url} and works on AWS with your credentials; only this machine can open it.${how}\n`;
}

async function listen(port: number, send: Parameters<typeof startConsoleServer>[0]["send"]): Promise<ConsoleServer> {
  try {
    return await startConsoleServer({ port, send });
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE")
      throw new CliError(`Port ${port} is in use; choose another one with --port.`, { cause });
    throw cause;
  }
}
