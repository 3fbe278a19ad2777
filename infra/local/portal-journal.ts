import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import * as z from "zod";

/** Something that was done to the simulated portal. */
export type JournalStep =
  | { readonly kind: "sample"; readonly atMs: number }
  | {
      readonly kind: "request";
      readonly atMs: number;
      readonly method: string;
      readonly url: string;
      readonly body: string;
    };

/** What a journal file holds. */
export interface JournalContents {
  /** Steps whose webhooks were all delivered. */
  readonly settled: readonly JournalStep[];
  /** Steps whose webhooks may not have been delivered when the process ended. */
  readonly open: readonly JournalStep[];
}

const line = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("sample"), atMs: z.number() }),
  z.object({
    kind: z.literal("request"),
    atMs: z.number(),
    method: z.string(),
    url: z.string(),
    body: z.string(),
  }),
  z.object({ kind: z.literal("idle") }),
]);

/** Paths that change the portal; the others steer the simulator and are forgotten with it. */
const PORTAL_PATHS = /^\/_sim\/(?:objects|merge|associate|dissociate|erase|import|properties|pipelines)\b/u;

/**
 * A file in which everything done to the simulated portal is written down before it is answered, so that it can be done
 * again after a restart, even after a power cut: the portal must not forget what its webhooks have told.
 */
export interface PortalJournal {
  readonly read: () => JournalContents;
  readonly append: (step: JournalStep) => void;
  /** Every webhook of what was appended so far has been delivered. */
  readonly markIdle: () => void;
  /** Nothing is written after this. */
  readonly close: () => void;
}

/** Opens a journal; the file is created with its first line. */
export function openPortalJournal(file: string): PortalJournal {
  mkdirSync(dirname(file), { recursive: true });
  let isOpen = true;
  const write = (entry: z.infer<typeof line>): void => {
    if (isOpen) appendFileSync(file, `${JSON.stringify(entry)}\n`);
  };
  return {
    read: () => (existsSync(file) ? parseJournal(readFileSync(file, "utf8")) : { settled: [], open: [] }),
    append: write,
    markIdle: () => write({ kind: "idle" }),
    close: () => {
      isOpen = false;
    },
  };
}

/** Whether a `/_sim/` request changes the portal. */
export function isPortalChange(request: { readonly method: string; readonly url: string }): boolean {
  return request.method !== "GET" && PORTAL_PATHS.test(request.url);
}

function parseJournal(text: string): JournalContents {
  const lines = text.split("\n").slice(0, -1);
  const entries = lines.map((json) => line.parse(JSON.parse(json)));
  const lastIdle = entries.findLastIndex((entry) => entry.kind === "idle");
  return { settled: steps(entries.slice(0, lastIdle + 1)), open: steps(entries.slice(lastIdle + 1)) };
}

function steps(entries: readonly z.infer<typeof line>[]): readonly JournalStep[] {
  return entries.filter((entry) => entry.kind !== "idle");
}
