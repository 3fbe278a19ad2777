import type { HealthPorts } from "../sync/read-health.ts";
import type { PassPorts } from "../sync/pass/pass-types.ts";
import type { Run, SyncPorts } from "../sync/run.ts";
import type { ViewContext } from "./record-views.ts";

/** Everything the API needs. */
export interface ApiPorts extends SyncPorts, Pick<PassPorts, "passes" | "passQueue" | "random"> {
  readonly deadLetters: HealthPorts["deadLetters"];
  /** In which a day begins, as IANA calls it. */
  readonly timeZone: string;
}

/** The ports on behalf of an admin. */
export function runByAdmin(ports: ApiPorts): Run {
  const { hubspot, store, queue, marks, clock, telemetry, settings } = ports;
  return { hubspot, store, queue, marks, clock, telemetry, settings, cause: "admin" };
}

/** What views need. */
export async function openViews(ports: ApiPorts): Promise<ViewContext> {
  return { portal: await ports.passes.readPortal(), today: readToday(ports) };
}

/** Sweden spells dates as ISO does. */
function readToday({ clock, timeZone }: ApiPorts): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" }).format(clock.now());
}
