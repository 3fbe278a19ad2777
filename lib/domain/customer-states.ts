import type { Customer, RecordState } from "./record.ts";

/**
 * States of a customer that alone decide what becomes of its contact persons and projects. A detached one remembers besides
 * whether HubSpot excludes its company.
 */
const DECISIVE: ReadonlySet<RecordState> = new Set(["linked", "excluded", "deleted"]);

const FIRST_CAPACITY = 1024;

/** Company ids in ascending order, eight bytes each. */
class IdColumn {
  #ids = new BigUint64Array(FIRST_CAPACITY);
  #length = 0;

  add(id: bigint): void {
    if (this.#length === this.#ids.length) {
      const larger = new BigUint64Array(this.#ids.length * 2);
      larger.set(this.#ids);
      this.#ids = larger;
    }
    this.#ids[this.#length] = id;
    this.#length += 1;
  }

  has(id: bigint): boolean {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ids[middle] ?? 0n) < id) low = middle + 1;
      else high = middle;
    }
    return low < this.#length && this.#ids[low] === id;
  }
}

/** A customer that a dry run would turn: its state, and of a detached one whether its company's exclusion holds. */
export type CustomerTurn = Pick<Customer, "companyId" | "state" | "isExcludedInHubSpot">;

/**
 * Which customers are not linked. With this at hand nearly all contacts and deals are compared without a read of their
 * customers, and eight bytes for each customer that is not linked do not weigh.
 */
export class CustomerStates {
  readonly #columns = new Map<RecordState, IdColumn>();
  readonly #turned = new Map<string, RecordState>();
  /** Of detached customers: whether their companies would be excluded. */
  readonly #exclusions = new Map<string, boolean>();

  /** Ids of one state must come in ascending order. */
  add(state: RecordState, companyId: string): void {
    const column = this.#columns.get(state) ?? new IdColumn();
    this.#columns.set(state, column);
    column.add(BigInt(companyId));
  }

  /** What a dry run would turn, so that what depends on it is compared with that. */
  turn({ companyId, state, isExcludedInHubSpot }: CustomerTurn): void {
    if (state === "detached") this.#exclusions.set(companyId, isExcludedInHubSpot === true);
    // A dry run of a first import would otherwise remember every customer, only to say of each what is said anyway.
    if (this.stateOf(companyId) !== state) this.#turned.set(companyId, state);
  }

  /** `linked` for every id that nothing else is known of. */
  stateOf(companyId: string): RecordState {
    const turned = this.#turned.get(companyId);
    if (turned !== undefined) return turned;
    const id = BigInt(companyId);
    for (const [state, column] of this.#columns) if (column.has(id)) return state;
    return "linked";
  }

  /** A detached customer as a dry run would leave it; any other as it is. */
  foresee(customer: Customer): Customer {
    const isExcluded = customer.state === "detached" ? this.#exclusions.get(customer.companyId) : undefined;
    if (isExcluded === undefined) return customer;
    const { isExcludedInHubSpot: _before, ...rest } = customer;
    return isExcluded ? { ...rest, isExcludedInHubSpot: true } : rest;
  }

  /**
   * A stand-in for the stored customer, good enough for decisions about what depends on it.
   * @returns undefined when the decision needs the customer itself
   */
  imagine(companyId: string): Customer | undefined {
    const state = this.stateOf(companyId);
    return DECISIVE.has(state) ? { ...STAND_IN, companyId, customerNumber: companyId, state } : undefined;
  }
}

const STAND_IN: Customer = {
  type: "customer",
  companyId: "",
  state: "linked",
  fence: { sourceUpdatedAtMs: 0, readAtMs: 0 },
  revision: 1,
  createdAtMs: 0,
  changedAtMs: 0,
  history: [],
  absorbedIds: [],
  isFollowUpDue: false,
  fields: {
    name: "",
    phone: "",
    address: { street: [], postalCode: "", city: "", country: "" },
    website: "",
    remark: "",
  },
};
