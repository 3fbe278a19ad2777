import type { InMemoryRecordStore } from "../fixtures/in-memory-record-store.ts";
import { attachCustomerRecord, attachProjectRecord } from "../../lib/sync/attach-record.ts";
import { detachCustomerRecord, detachProjectRecord } from "../../lib/sync/detach-record.ts";
import { editCustomerRecord, editProjectRecord } from "../../lib/sync/edit-record.ts";
import { resyncObject } from "../../lib/sync/resync-object.ts";
import type { CustomerEdit, ProjectEdit } from "../../lib/domain/local-edit.ts";
import type { Customer, Project } from "../../lib/domain/record.ts";
import type { PassPorts } from "../../lib/sync/pass/pass-types.ts";
import type { Run } from "../../lib/sync/run.ts";
import type { Dice } from "./dice.ts";
import type { StepKind } from "./scenario.ts";
import type { SimProcess } from "./sim-process.ts";
import type { StoreGuard } from "./store-guard.ts";
import { idOf } from "./stored-record.ts";
import type { Tally } from "./tally.ts";
import type { VirtualTime } from "./virtual-time.ts";

const CALM_AFTER_TRIES = 4;

interface DeskOptions {
  readonly time: VirtualTime;
  readonly table: InMemoryRecordStore;
  readonly guard: StoreGuard;
  readonly tally: Tally;
  readonly startAdmin: (
    name: string,
    isCalm: boolean,
  ) => { readonly process: SimProcess; readonly run: Run; readonly ports: PassPorts };
}

interface Request {
  readonly name: string;
  readonly key: string;
  readonly work: (run: Run, ports: PassPorts) => Promise<unknown>;
}

/** An admin at the records API, who repeats what failed until it is answered. */
export class AdminDesk {
  readonly #options: DeskOptions;
  readonly #busy = new Set<string>();

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#busy.size === 0;
  }

  isBusyWith(key: string): boolean {
    return this.#busy.has(key);
  }

  act(kind: StepKind, dice: Dice): void {
    const record = this.#pick(kind, dice);
    if (record === undefined) return;
    const key = keyOf(record);
    if (this.#busy.has(key)) return;
    this.#options.tally.count(`admin: ${kind}`);
    if (kind === "editLocally") void this.#edit(record, dice);
    if (kind === "detach") void this.#detach(record);
    if (kind === "attach") void this.#attach(record);
    if (kind === "resync") {
      const object = { type: typeOf(record), id: idOf(record) };
      void this.settle({ name: `resyncs ${key}`, key, work: (run) => resyncObject(run, object) });
    }
  }

  #pick(kind: StepKind, dice: Dice): Customer | Project | undefined {
    const { table } = this.#options;
    const records = [...table.customers(), ...table.projects()];
    return dice.pick(kind === "attach" ? records.filter(({ state }) => state === "detached") : records);
  }

  async #edit(record: Customer | Project, dice: Dice): Promise<void> {
    const [id, key] = [idOf(record), keyOf(record)];
    const name = `edits ${key}`;
    if (record.type === "customer") {
      const edit = this.#editCustomer(record, dice);
      await this.settle({ name, key, work: (run) => editCustomerRecord(run, { id, edit }) });
    } else {
      const edit = this.#editProject(record, dice);
      await this.settle({ name, key, work: (run) => editProjectRecord(run, { id, edit }) });
    }
  }

  #editCustomer({ companyId, state }: Customer, dice: Dice): CustomerEdit {
    const others = this.#options.table.customers().map((customer) => customer.companyId);
    const isFree = state === "detached" || state === "deleted";
    if (isFree && dice.hits(0.5)) return { name: dice.pick(["Lokal", "Eigen"]) ?? "" };
    return { customerNumber: dice.pick(["K-1", "K-2", "K-3", companyId, dice.pick(others) ?? companyId]) ?? companyId };
  }

  #editProject({ dealId }: Project, dice: Dice): ProjectEdit {
    const others = this.#options.table.projects().map((project) => project.dealId);
    const edits: readonly ProjectEdit[] = [
      { tasks: [dice.pick(["Planung", "Montage"]) ?? ""] },
      { status: dice.pick(["active", "completed"] as const) ?? "active" },
      { shortForm: dice.pick(["P-1", "P-2", dealId, dice.pick(others) ?? dealId]) ?? dealId },
    ];
    return dice.pick(edits) ?? {};
  }

  async #detach(record: Customer | Project): Promise<void> {
    const [id, key] = [idOf(record), keyOf(record)];
    const detach = record.type === "customer" ? detachCustomerRecord : detachProjectRecord;
    await this.settle({ name: `detaches ${key}`, key, work: (run) => detach(run, { id }) });
  }

  async #attach(record: Customer | Project): Promise<void> {
    const [id, key] = [idOf(record), keyOf(record)];
    this.#options.guard.permitAttach(typeOf(record), id);
    const attach = record.type === "customer" ? attachCustomerRecord : attachProjectRecord;
    const outcome = await this.settle({ name: `attaches ${key}`, key, work: (run) => attach(run, { id }) });
    if (JSON.stringify(outcome).includes('"kind":"done"') || this.#stateOf(record) !== "detached")
      this.#options.guard.detached.delete(key);
  }

  #stateOf(record: Customer | Project): string | undefined {
    const { table } = this.#options;
    return [...table.customers(), ...table.projects()].find((stored) => keyOf(stored) === keyOf(record))?.state;
  }

  /** Repeats a request until it is answered. */
  async settle({ name, key, work }: Request): Promise<unknown> {
    this.#busy.add(key);
    const { time, startAdmin } = this.#options;
    for (let tries = 0; ; tries += 1) {
      const { process, run, ports } = startAdmin(name, tries >= CALM_AFTER_TRIES);
      const outcome = await process
        .live(() => work(run, ports))
        .catch((error: unknown) => {
          process.tell(`fails with ${String(error)}`);
          return { kind: "died" } as const;
        });
      if (outcome.kind === "ended") {
        process.tell(`is answered ${JSON.stringify(outcome.value).slice(0, 120)}`);
        this.#busy.delete(key);
        return outcome.value;
      }
      if (tries > 12) throw new Error(`the admin who ${name} is never answered`);
      await time.sleep(3_000);
    }
  }
}

/** Such as `company/17`. */
export function keyOf(record: Customer | Project): string {
  return `${typeOf(record)}/${idOf(record)}`;
}

function typeOf(record: Customer | Project): "company" | "deal" {
  return record.type === "customer" ? "company" : "deal";
}
