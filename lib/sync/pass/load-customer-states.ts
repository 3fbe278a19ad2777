import { CustomerStates } from "../../domain/customer-states.ts";
import { RECORD_STATES } from "../../domain/record.ts";
import { decodeTurn } from "./trial-turn.ts";
import type { PassSession } from "./pass-session.ts";

/**
 * Which customers are not linked, from the index alone. The index may lag: a customer that has just turned is then
 * compared with its former state, and applying a suspect reads the customer itself. In a trial, those that it would turn
 * count as turned.
 */
export async function loadCustomerStates({ pass, ports, state: checkpoint }: PassSession): Promise<CustomerStates> {
  const { streams, passes } = ports;
  const states = new CustomerStates();
  for (const state of RECORD_STATES) {
    if (state === "linked") continue;
    for await (const companyId of streams.streamCustomerIds(state)) states.add(state, companyId);
  }
  if (!pass.isDryRun) return states;
  for await (const turns of passes.readCandidates(pass.passId, checkpoint.chunks))
    for (const turn of turns.map(decodeTurn)) states.turn(turn);
  return states;
}
