import type { PassStore } from "../../lib/sync/pass-ports.ts";
import type { SimProcess } from "./sim-process.ts";

/** One process' view of the stored passes: calls take time and fail. */
export function createSimPassStore<Checkpoint, Report>(
  process: SimProcess,
  passes: PassStore<Checkpoint, Report>,
): PassStore<Checkpoint, Report> {
  const call = <T>(name: string, effect: () => Promise<T>): Promise<T> => process.call(name, effect);
  async function* readCandidates(passId: string, chunks: number): AsyncGenerator<readonly string[], void, void> {
    for await (const ids of passes.readCandidates(passId, chunks)) {
      await call("readCandidates", () => Promise.resolve());
      yield ids;
    }
  }
  return {
    readPass: (passId) => call("readPass", () => passes.readPass(passId)),
    readReport: (passId) => call("readReport", () => passes.readReport(passId)),
    listPasses: (query) => call("listPasses", () => passes.listPasses(query)),
    readLease: () => call("readLease", () => passes.readLease()),
    startPass: (pass, lease) => call("startPass", () => passes.startPass(pass, lease)),
    saveCheckpoint: (saved) => call("saveCheckpoint", () => passes.saveCheckpoint(saved)),
    takeOver: (lease) => call("takeOver", () => passes.takeOver(lease)),
    finishPass: (ended) => process.call("finishPass", () => passes.finishPass(ended), "several"),
    appendCandidates: (chunk) => call("appendCandidates", () => passes.appendCandidates(chunk)),
    readCandidates,
    readPortal: () => call("readPortal", () => passes.readPortal()),
    savePortal: (portal) => call("savePortal", () => passes.savePortal(portal)),
    readSettingsMark: () => call("readSettingsMark", () => passes.readSettingsMark()),
    saveSettingsMark: (mark) => call("saveSettingsMark", () => passes.saveSettingsMark(mark)),
    readLastEvent: () => call("readLastEvent", () => passes.readLastEvent()),
    saveLastEvent: (atMs) => call("saveLastEvent", () => passes.saveLastEvent(atMs)),
  };
}
