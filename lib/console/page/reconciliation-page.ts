import type { PassView } from "../../api/reconciliation-schemas.ts";
import { foretellHolds } from "../../domain/brake.ts";
import { listCountColumns } from "../../domain/count-columns.ts";
import { OBJECT_TYPES } from "../../domain/hubspot-object.ts";
import { listUse } from "../../domain/use-rows.ts";
import { element, link, stateText, table, timeText } from "./dom.ts";
import { nextPage, type RecordPage } from "./list-page.ts";
import type { Page } from "./record-page.ts";
import { callApi } from "./records-api.ts";
import type { Route } from "./route.ts";

/** The reconciliations of the last 30 days, and buttons to start one. */
export async function showReconciliations(route: Route, page: Page): Promise<HTMLElement> {
  const { body } = await callApi<RecordPage<PassView>>(`${route.place}?${route.query.toString()}`);
  return element("div", {}, [
    element("h1", {}, ["Reconciliations"]),
    element("p", { class: "dim" }, [
      "Every company, contact and deal is compared with every record, and what differs is repaired.",
    ]),
    element("div", { class: "actions" }, [starter(page, "Run now", {}), starter(page, "Dry run", { dryRun: true })]),
    table(
      [
        { heading: "Started", cell: ({ id, startedAt }) => link(`/reconciliations/${id}`, timeText(startedAt)) },
        { heading: "Kind", cell: ({ dryRun }) => (dryRun ? "dry run" : "") },
        { heading: "Status", cell: ({ status }) => stateText({ state: status }) },
        { heading: "Repaired", cell: (pass) => String(sumOf(pass, "repaired")), isNumber: true },
        { heading: "Reason", cell: ({ reason }) => reason },
      ],
      body.items,
      "None has run yet.",
    ),
    ...nextPage(route, body.cursor),
  ]);
}

/** One reconciliation: how far it is, or what it did and why. */
export async function showReconciliation({ id = "" }: Route, page: Page): Promise<HTMLElement> {
  const { body: pass } = await callApi<PassView>(`/reconciliations/${encodeURIComponent(id)}`);
  const { donePercent, read = 0, recordsPerSecond = 0 } = pass.counts["progress"] ?? {};
  const isDone = pass.status !== "running";
  return element("div", {}, [
    element("h1", {}, [`${pass.dryRun ? "Dry run" : "Reconciliation"} of ${timeText(pass.startedAt)}`]),
    element("p", {}, [stateText({ state: pass.status }), ` ${pass.reason ?? ""}`]),
    ...(pass.status === "stopped"
      ? [element("div", { class: "actions" }, [starter(page, "I agree: carry the deactivations out", { confirm: id })])]
      : []),
    ...(isDone
      ? []
      : [
          element("progress", { max: "100", value: donePercent === undefined ? undefined : String(donePercent) }),
          element("p", {}, [`${read} records, ${recordsPerSecond} a second`]),
        ]),
    countTable(pass),
    ...causes(pass),
    ...use(pass),
    ...listWarnings(pass).map((warning) => element("p", { class: "warning" }, [warning])),
  ]);
}

/** A real pass that the brake stops says so in its reason. */
function listWarnings({ dryRun, report }: PassView): readonly string[] {
  if (report === undefined) return [];
  return [...report.warnings, ...(dryRun ? foretellHolds(report.brake) : [])];
}

function countTable(pass: PassView): HTMLElement {
  return table(
    [
      { heading: "", cell: (type) => type },
      ...listCountColumns(pass.counts).map((name) => ({
        heading: name,
        cell: (type: string) => String(pass.counts[type]?.[name] ?? 0),
        isNumber: true,
      })),
    ],
    OBJECT_TYPES,
    "",
  );
}

function causes(pass: PassView): readonly HTMLElement[] {
  const names = new Set(OBJECT_TYPES.flatMap((type) => Object.keys(pass.counts[type] ?? {})));
  const found = [...names].filter((name) => name.startsWith("by."));
  const nothing = pass.status === "succeeded" ? "Nothing had to be repaired." : "Nothing was repaired.";
  if (found.length === 0) return [element("p", { class: "dim" }, [nothing])];
  return [
    element("h2", {}, ["Why something had to be repaired"]),
    table(
      [
        { heading: "Cause", cell: (name) => name.slice("by.".length) },
        { heading: "Records", cell: (name) => String(sumOf(pass, name)), isNumber: true },
      ],
      found,
      "",
    ),
  ];
}

function use({ counts }: PassView): readonly HTMLElement[] {
  const rows = listUse(counts);
  if (rows.length === 0) return [];
  return [
    element("h2", {}, ["What it took"]),
    table(
      [
        { heading: "", cell: ({ heading }) => heading },
        { heading: "Calls to HubSpot", cell: ({ hubspotCalls }) => String(hubspotCalls), isNumber: true },
        { heading: "Read units", cell: ({ readUnits }) => String(Math.round(readUnits)), isNumber: true },
        { heading: "Write units", cell: ({ writeUnits }) => String(Math.round(writeUnits)), isNumber: true },
        { heading: "Seconds", cell: ({ durationMs }) => (durationMs / 1000).toFixed(1), isNumber: true },
      ],
      rows,
      "",
    ),
  ];
}

function sumOf({ counts }: PassView, name: string): number {
  return OBJECT_TYPES.reduce((sum, type) => sum + (counts[type]?.[name] ?? 0), 0);
}

function starter(page: Page, text: string, body: unknown): HTMLElement {
  const start = async (): Promise<string> => {
    const { body: started } = await callApi<PassView>("/reconciliations", { method: "POST", body });
    location.hash = `/reconciliations/${started.id}`;
    return "Started.";
  };
  return element("button", { type: "button", click: () => page.act(start) }, [text]);
}
