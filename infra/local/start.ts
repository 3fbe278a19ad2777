import { PortInUseError } from "./hubspot-simulator/server.ts";
import { describeStack, summarize } from "./first-screen.ts";
import { listenToKeys } from "./keys.ts";
import { createLiveView, type LiveView } from "./live-view.ts";
import { HELP, parseLocalOptions, type LocalOptions } from "./local-options.ts";
import { DEMO_PACE, startLocalStack, type LocalStack } from "./local-stack.ts";
import { UsageError } from "./usage-error.ts";

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
  // Lines of the live view wait until the first screen is there.
  let isShown = false;
  const early: string[] = [];
  const view = createLiveView({ write: (line) => (isShown ? write(line) : void early.push(line)), now: Date.now });
  const { telemetry, telemetryOf } = view;
  const stack = await startLocalStack({ ...options, pace: DEMO_PACE, telemetry, telemetryOf });
  endOnSignal(stack, view);
  write(describeStack(stack, options));
  listenToKeys(stack, { write, end: () => void process.emit("SIGINT") });
  write(`ready ${stack.url}`);
  write("");
  isShown = true;
  for (const line of early) write(line);
  if (stack.simulated !== undefined && !stack.simulated.isRestored) await reportSample(stack, view);
}

/** After the sample has been carried over, says so. */
async function reportSample(stack: LocalStack, view: LiveView): Promise<void> {
  const startedAtMs = Date.now();
  const isSettled = await stack.idle().then(
    () => true,
    () => false,
  );
  if (!isSettled || view.counts().writes === 0) return;
  const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
  write(`\nThe sample portal is carried over after ${seconds} s: ${summarize(view)}\n`);
}

/** The first signal ends the stack cleanly, the second one at once. */
function endOnSignal(stack: LocalStack, view: LiveView): void {
  let isEnding = false;
  const end = (): void => {
    if (isEnding) process.exit(130);
    isEnding = true;
    void stack.close().then(
      () => {
        const { deliveries, writes } = view.counts();
        if (process.stdin.isTTY) process.stdin.setRawMode(false);
        write(`\nEnded. ${deliveries} deliveries taken in, ${writes} records written: ${summarize(view)}`);
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
