import { CustomerStates } from "../../domain/customer-states.ts";
import { RECORD_STATES } from "../../domain/record.ts";
import type { RecordStreams } from "../ports.ts";

/**
 * Which customers are not linked, from the index alone. The index may lag: a customer that has just turned is then
 * compared with its former state, and applying a suspect reads the customer itself.
 */
export async function loadCustomerStates(streams: Pick<RecordStreams, "streamCustomerIds">): Promise<CustomerStates> {
  const states = new CustomerStates();
  for (const state of RECORD_STATES) {
    if (state === "linked") continue;
    for await (const companyId of streams.streamCustomerIds(state)) states.add(state, companyId);
  }
  return states;
}
