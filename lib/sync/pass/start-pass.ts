import { createNumberSums } from "../../domain/number-sums.ts";
import { OBJECT_TYPES } from "../../domain/hubspot-object.ts";
import { NonRetryableError } from "../errors.ts";
import { createPassId } from "../pass-id.ts";
import { failUnworked } from "./end-pass.ts";
import { leaseUntil } from "./pass-session.ts";
import { spellSettings } from "./settings-mark.ts";
import type { ObjectType } from "../../domain/hubspot-object.ts";
import type { Settings } from "../../domain/settings.ts";
import type { Pass, StartOutcome } from "../pass-ports.ts";
import type { Marks, PassCheckpoint, PassPorts } from "./pass-types.ts";

/** What somebody wants compared. */
export interface PassRequest {
  /** Only counts what would be done. Default false. */
  readonly isDryRun?: boolean;
  /** Default: all. A pass over a part of them frees no numbers and does not count as the first import. */
  readonly types?: readonly ObjectType[];
  /** The stopped pass whose deactivations a person confirms. */
  readonly confirms?: string;
  /** Other rules to try. Makes it a dry run that also names the records it would change. */
  readonly preview?: Settings;
}

/** `refused` says why, and what to do. */
export type PassStart =
  | Extract<StartOutcome, { kind: "running" }>
  | { readonly kind: "started"; readonly passId: string }
  | { readonly kind: "refused"; readonly why: string };

/** What starting a pass needs. */
export type StartPorts = Pick<PassPorts, "passes" | "passQueue" | "clock" | "random" | "settings">;

/** Passes that are looked through for the last one to succeed. */
const PASSES_LOOKED_AT = 50;

/**
 * Starts a pass: stores it, takes the lease and queues its first message. At most one runs.
 * @throws RetryableError, NonRetryableError when table or queue fail; nothing runs then
 */
export async function startPass(ports: StartPorts, request: PassRequest = {}): Promise<PassStart> {
  const problem = await findProblem(ports, request);
  if (problem !== undefined) return { kind: "refused", why: problem };
  const nowMs = ports.clock.now();
  const passId = createPassId(nowMs, ports.random);
  const pass: Pass = {
    passId,
    status: "running",
    startedAtMs: nowMs,
    isDryRun: request.isDryRun === true || request.preview !== undefined,
    ...(request.confirms !== undefined && { confirms: request.confirms }),
    types: OBJECT_TYPES.filter((type) => request.types?.includes(type) ?? true),
    counts: {},
  };
  const owner = `start-${passId}`;
  const checkpoint = await createCheckpoint(ports, request);
  const lease = { owner, nowMs, leaseUntilMs: leaseUntil(nowMs) };
  const started = await ports.passes.startPass(pass, lease);
  if (started.kind === "running") return started;
  await ports.passes.saveCheckpoint({ ...lease, passId, checkpoint, counts: {} });
  try {
    await ports.passQueue.send({ passId, handedBy: owner });
  } catch (error) {
    // Without its message nobody would work on the pass; it would only keep others out until its lease runs out.
    await failUnworked(ports, { pass, owner, reason: "the pass queue did not accept it" });
    throw error;
  }
  return { kind: "started", passId };
}

async function findProblem({ passes }: StartPorts, { confirms }: PassRequest): Promise<string | undefined> {
  if (confirms === undefined) return undefined;
  const confirmed = await passes.readPass(confirms);
  if (confirmed === undefined)
    return `There is no pass ${confirms}; the list of passes names those of the last 30 days.`;
  if (confirmed.status !== "stopped")
    return `Pass ${confirms} has the status ${confirmed.status}; only one that the brake stopped can be confirmed.`;
  const later = await findLaterSuccess(passes, confirmed);
  return later && `Pass ${later.passId} has succeeded since ${confirms} was stopped; there is nothing left to confirm.`;
}

/** A pass that came after a stopped one and finished what that one could not; a consent is good for once only. */
async function findLaterSuccess(passes: StartPorts["passes"], stopped: Pass): Promise<Pass | undefined> {
  let cursor: string | undefined;
  do {
    const page = await passes.listPasses({ limit: PASSES_LOOKED_AT, ...(cursor !== undefined && { cursor }) });
    const later = page.items.filter(({ passId }) => passId > stopped.passId);
    const found = later.find(
      ({ status, isDryRun, types }) =>
        status === "succeeded" && !isDryRun && stopped.types.every((type) => types.includes(type)),
    );
    if (found !== undefined || later.length < page.items.length) return found;
    cursor = page.cursor;
  } while (cursor !== undefined);
  return undefined;
}

async function createCheckpoint(ports: StartPorts, { preview }: PassRequest): Promise<PassCheckpoint> {
  const formerMark = await ports.passes.readSettingsMark();
  const settingsMark = spellSettings(preview ?? ports.settings);
  return {
    phase: "listing",
    settingsMark: spellSettings(ports.settings),
    isFirstImport: formerMark === undefined,
    areSettingsChanged: settingsMark !== (formerMark ?? spellSettings(ports.settings)),
    lanes: [],
    splittable: {},
    chunks: 0,
    applied: 0,
    numbers: { customerNumber: createNumberSums(), shortForm: createNumberSums() },
    ...(await readFormer(ports)),
    setbacks: 0,
    progressAtSetback: 0,
    warnings: [],
    workedMs: 0,
    used: { hubspotCalls: 0, rateLimitedCalls: 0, readUnits: 0, writeUnits: 0 },
    ...(preview !== undefined && { preview }),
    listed: [],
  };
}

/** How many objects of each type the last pass to succeed read, and the marks that it left. */
async function readFormer({ passes }: StartPorts): Promise<Pick<PassCheckpoint, "expected" | "formerMarks">> {
  const { items } = await passes.listPasses({ limit: PASSES_LOOKED_AT });
  const last = items.find(({ status, types }) => status === "succeeded" && types.length === OBJECT_TYPES.length);
  const reads = OBJECT_TYPES.flatMap((type) => {
    const read = last?.counts[type]?.["read"];
    return read === undefined ? [] : [[type, read] as const];
  });
  const marks = last === undefined ? undefined : await readMarks(passes, last.passId);
  return { expected: Object.fromEntries(reads), ...(marks !== undefined && { formerMarks: marks }) };
}

/** A report that another version has stored may be unreadable; without its marks a pass only takes longer. */
async function readMarks(passes: StartPorts["passes"], passId: string): Promise<Marks | undefined> {
  try {
    return (await passes.readReport(passId))?.marks;
  } catch (error) {
    if (error instanceof NonRetryableError && error.code === "badAnswer") return undefined;
    throw error;
  }
}
