import { prepareDataFolder } from "./data-folder.ts";
import { PortInUseError } from "./hubspot-simulator/server.ts";
import { describeNext, describeStack, summarize } from "./first-screen.ts";
import { listenToKeys } from "./keys.ts";
import { createLineGate } from "./line-gate.ts";
import { createLiveView, type LiveView } from "./live-view.ts";
import { HELP, parseLocalOptions, type LocalOptions } from "./local-options.ts";
import { DEMO_PACE, startLocalStack, type LocalStack } from "./local-stack.ts";
import { UsageError } from "./usage-error.ts";

/** Lines of the live view that the first transfer may take of the first screen. */
const FIRST_LINES = 12;

const write = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  const options = parseLocalOptions(process.argv.slice(2), process.env);
  if (options === "help") write(HELP);
  else await run(options);
} catch (error) {
  const sentence = explainFailure(error);
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

async function run(options: LocalOptions): Promise<void> {
  if (options.folder !== undefined) prepareDataFolder(options.folder);
  const gate = createLineGate(write);
  const view = createLiveView({ write: gate.pass, now: Date.now });
  const { telemetry, telemetryOf } = view;
  const stack = await failTogether(options, startLocalStack({ ...options, pace: DEMO_PACE, telemetry, telemetryOf }));
  endOnSignal(stack, view);
  listenToKeys(stack, { write, end: () => void process.emit("SIGINT") });
  write(describeStack(stack, options));
  write(`ready ${stack.url}\n`);
  gate.open(FIRST_LINES);
  const told = await carryOver(stack, options, view);
  gate.release();
  write(`${told}${describeNext(stack, options)}`);
}

/** The embedded servers throw where nobody can catch it when their folder cannot be opened, such as by two at once. */
async function failTogether({ folder }: LocalOptions, starting: Promise<LocalStack>): Promise<LocalStack> {
  if (folder === undefined) return starting;
  const fail = (error: Error): void => {
    const hint = "another npm start may be at work in it. End that one, or choose another folder with --data.";
    process.stderr.write(`${folder} cannot be opened (${error.message}): ${hint}\n`);
    process.exit(1);
  };
  process.once("uncaughtException", fail);
  const stack = await starting;
  process.off("uncaughtException", fail);
  return stack;
}

/** Brings what the portal holds into the table: a sample by its webhooks, a real portal by a reconciliation. */
async function carryOver(stack: LocalStack, options: LocalOptions, view: LiveView): Promise<string> {
  const startedAtMs = Date.now();
  const portal = stack.simulated === undefined ? "portal" : "sample portal";
  const isSettled = await settle(stack, options);
  if (!isSettled) return `\nThe ${portal} is still being carried over.\n`;
  if (view.counts().writes === 0) return "";
  const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
  return `\nThe ${portal} is carried over after ${seconds} s:\n  ${summarize(view).join("\n  ")}\n`;
}

/** @returns whether everything is carried over; if not, it goes on in the background */
async function settle(stack: LocalStack, options: LocalOptions): Promise<boolean> {
  try {
    if (stack.simulated?.isRestored === true) return true;
    if (options.portal.kind === "remote" && options.portal.isRead) await stack.reconcile();
    await stack.idle();
    return true;
  } catch {
    return false;
  }
}

/** The first signal ends the stack cleanly, the second one at once. */
function endOnSignal(stack: LocalStack, view: LiveView): void {
  let isEnding = false;
  const end = (): void => {
    if (isEnding) process.exit(130);
    isEnding = true;
    write("\nEnding, once what is in work is done; Ctrl-C again ends it at once.");
    void stack.close().then(
      () => {
        const { deliveries, writes } = view.counts();
        if (process.stdin.isTTY) process.stdin.setRawMode(false);
        write(`Ended. ${deliveries} deliveries taken in, ${writes} records written: ${summarize(view).join(" · ")}`);
        process.exit(0);
      },
      (error: unknown) => {
        process.stderr.write(`${explainFailure(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
}

function explainFailure(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (error instanceof PortInUseError)
    return `Port ${error.port} is in use; end what runs there, or choose another port with --hubspot-port.`;
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    const port = "port" in error ? String(error.port) : "";
    return `Port ${port} is in use; end what runs there, or choose another port with --port.`;
  }
  return `It could not start: ${error instanceof Error ? error.message : String(error)}`;
}
