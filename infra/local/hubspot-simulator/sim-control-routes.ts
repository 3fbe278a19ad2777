import * as z from "zod";
import { behaviourPatchSchema } from "./behaviour.ts";
import { createCallCounts } from "./portal.ts";
import { patchBehaviour, typeOf, type SimCall, type SimRoute } from "./sim-route.ts";
import { createDeliveryCounts } from "./webhook-sender.ts";

const propertyBody = z.strictObject({ name: z.string().min(1), label: z.string().min(1) });
const pipelinesBody = z.array(
  z.strictObject({
    id: z.string(),
    label: z.string(),
    stages: z.array(
      z.strictObject({
        id: z.string(),
        label: z.string(),
        metadata: z.strictObject({ probability: z.string(), isClosed: z.string() }),
      }),
    ),
  }),
);

/** Routes that steer the simulator itself. */
export const SIM_CONTROL_ROUTES: readonly SimRoute[] = [
  {
    method: "GET",
    path: "/_sim/settings",
    does: "Shows how the simulator behaves.",
    run: (call) => call.simulator.portal.behaviour,
  },
  {
    method: "POST",
    path: "/_sim/settings",
    does: "Changes the fields named: lag, limits, faults, scopes, disorder of webhooks.",
    exampleBody: {
      readLagMs: 2000,
      duplicateShare: 0.05,
      faults: [{ fault: "tenSecondly", calls: ["batchRead"], times: 3, retryAfterSeconds: 1 }],
    },
    run: (call) => {
      patchBehaviour(call.simulator.portal.behaviour, behaviourPatchSchema.parse(call.body));
      call.simulator.sender.wake();
      return call.simulator.portal.behaviour;
    },
  },
  {
    method: "GET",
    path: "/_sim/calls",
    does: "Counts calls by kind and status, and deliveries of webhooks.",
    run: ({ simulator }) => ({ api: simulator.portal.calls, webhooks: simulator.sender.counts }),
  },
  {
    method: "DELETE",
    path: "/_sim/calls",
    does: "Sets all counters to zero.",
    run: ({ simulator }) => {
      simulator.portal.calls = createCallCounts();
      simulator.sender.counts = createDeliveryCounts();
      return {};
    },
  },
  {
    method: "POST",
    path: "/_sim/webhook",
    does: "Sets where webhooks go; null for nowhere.",
    exampleBody: { url: "http://127.0.0.1:8787/webhook" },
    run: ({ simulator, body }) => {
      const { url } = z.strictObject({ url: z.url().nullable() }).parse(body);
      simulator.sender.targetUrl = url ?? undefined;
      return { url };
    },
  },
  {
    method: "POST",
    path: "/_sim/test-event",
    does: "Does what HubSpot's test button does: sends a creation of company 123, which does not exist.",
    run: sendTestEvent,
  },
  {
    method: "GET",
    path: "/_sim/idle",
    does: "Answers when every webhook is delivered or given up.",
    run: async ({ simulator }) => {
      await simulator.sender.waitUntilIdle();
      return simulator.sender.counts;
    },
  },
  {
    method: "POST",
    path: "/_sim/properties/{type}",
    does: "Defines a property.",
    exampleBody: { name: "zep", label: "ZEP" },
    run: (call) => {
      const { name, label } = propertyBody.parse(call.body);
      const definition = { name, label, type: "string", fieldType: "text", options: [] };
      call.simulator.world.defineProperty(typeOf(call), definition);
      return definition;
    },
  },
  {
    method: "DELETE",
    path: "/_sim/properties/{type}/{name}",
    does: "Removes a property; reads drop its name silently from then on.",
    run: (call) => {
      call.simulator.world.removeProperty(typeOf(call), call.params["name"] ?? "");
      return {};
    },
  },
  {
    method: "PUT",
    path: "/_sim/pipelines",
    does: "Replaces the deal pipelines.",
    run: ({ simulator, body }) => {
      simulator.world.setPipelines(pipelinesBody.parse(body));
      return simulator.world.pipelines();
    },
  },
];

function sendTestEvent({ simulator }: SimCall): unknown {
  const { world, queue, sender } = simulator;
  queue.enqueue([{ kind: "creation", type: "company", objectId: "123", occurredAtMs: world.now() }]);
  sender.wake();
  return {};
}
