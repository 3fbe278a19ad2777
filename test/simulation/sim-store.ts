import type { InMemoryRecordStore } from "../fixtures/in-memory-record-store.ts";
import type { RecordStore, RecordStreams } from "../../lib/sync/ports.ts";
import type { SimProcess } from "./sim-process.ts";
import type { StoreGuard } from "./store-guard.ts";

/** One process' view of the one table: calls take time and fail, and every write is judged. */
export function createSimStore(
  process: SimProcess,
  table: InMemoryRecordStore,
  guard: StoreGuard,
): RecordStore & RecordStreams {
  const call = <T>(name: string, effect: () => Promise<T>): Promise<T> => process.call(name, effect);
  return {
    readCustomers: (ids) => call("readCustomers", () => table.readCustomers(ids)),
    readProjects: (ids) => call("readProjects", () => table.readProjects(ids)),
    readContacts: (ids) => call("readContacts", () => table.readContacts(ids)),
    readTombstone: (id) => call("readTombstone", () => table.readTombstone(id)),
    write: (record) =>
      call("write", async () => {
        const written = await table.write(record);
        if (written === "written") guard.judge(record, process);
        else process.tally.count("AWS: table refuses a write that came too late");
        return written;
      }),
    reserveNumber: (claim) =>
      call("reserveNumber", async () => {
        const answer = await table.reserveNumber(claim);
        if (answer.kind === "taken") process.tally.count("AWS: table refuses a number that is taken");
        return answer;
      }),
    handOver: ({ survivor, pointer, claim }) =>
      call("handOver", async () => {
        const outcome = await table.handOver({ survivor, pointer, claim });
        if (outcome.kind === "written") for (const record of [survivor, pointer]) guard.judge(record, process);
        else process.tally.count("AWS: table refuses a hand-over that came too late");
        return outcome;
      }),
    releaseNumber: (claim) => call("releaseNumber", () => table.releaseNumber(claim)),
    listReservations: (kind, cursor) => call("listReservations", () => table.listReservations(kind, cursor)),
    readDependantIds: (companyId) => call("readDependantIds", () => table.readDependantIds(companyId)),
    readAbsorbedContactIds: (id) => call("readAbsorbedContactIds", () => table.readAbsorbedContactIds(id)),
    listCustomers: (query) => call("listCustomers", () => table.listCustomers(query)),
    listProjects: (query) => call("listProjects", () => table.listProjects(query)),
    listContactPersons: (query) => call("listContactPersons", () => table.listContactPersons(query)),
    streamCustomerIds: (state) => stepThrough(process, table.streamCustomerIds(state)),
    streamCustomers: (range) => stepThrough(process, table.streamCustomers(range)),
    streamProjects: (range) => stepThrough(process, table.streamProjects(range)),
    streamContacts: (range) => stepThrough(process, table.streamContacts(range)),
  };
}

async function* stepThrough<T>(process: SimProcess, items: AsyncIterable<T>): AsyncGenerator<T, void, void> {
  for await (const item of items) {
    await process.call("stream", () => Promise.resolve());
    yield item;
  }
}
