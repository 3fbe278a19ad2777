import type { HealthView } from "../../api/health-routes.ts";
import { element, link, stateText, table, timeText, type Child } from "./dom.ts";
import { callApi } from "./records-api.ts";
import { PATH_OF_TYPE } from "./route.ts";

const KINDS = [
  ["customers", "Customers", "/customers"],
  ["contactPersons", "Contact persons", "/contact-persons"],
  ["projects", "Projects", "/projects"],
] as const;

/** How things stand: records by state, what needs somebody, the last event and reconciliation, the queue. */
export async function showOverview(): Promise<HTMLElement> {
  const { body: health } = await callApi<HealthView>("/health");
  return element("div", {}, [
    element("h1", {}, ["Overview"]),
    element("div", { class: "cards" }, [
      ...KINDS.map(([kind, name, path]) => countCard(name, path, health.counts[kind])),
      runCard(health),
    ]),
    ...namedRecords("Failing", health.failing, "Nothing fails."),
    ...namedRecords("Excluded", health.excluded, "Nothing is excluded."),
  ]);
}

function countCard(name: string, path: string, counts: Readonly<Record<string, number>>): HTMLElement {
  const present = Object.entries(counts).filter(([, count]) => count > 0);
  const lines = present.map(([state, count]) =>
    element("div", {}, [
      element("span", { class: "state", "data-state": state }, [`${count} `]),
      link(`${path}?state=${state}`, state),
    ]),
  );
  return element("section", { class: "card" }, [
    element("h2", {}, [link(path, name)]),
    bars(present),
    ...(lines.length === 0 ? [element("div", { class: "dim" }, ["none yet"])] : lines),
  ]);
}

const SVG = "http://www.w3.org/2000/svg";

/** The states' shares as one bar. */
function bars(counts: readonly (readonly [state: string, count: number])[]): HTMLElement {
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `0 0 ${Math.max(1, total)} 1`);
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("aria-hidden", "true");
  let at = 0;
  for (const [state, count] of counts) {
    const bar = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ x: at, width: count, height: 1 }))
      bar.setAttribute(name, String(value));
    bar.classList.add("state");
    bar.dataset["state"] = state;
    bar.setAttribute("fill", "currentColor");
    picture.append(bar);
    at += count;
  }
  const frame = element("div", { class: "bars" });
  frame.append(picture);
  return frame;
}

function passLink({ id, status, startedAt }: NonNullable<HealthView["lastPass"]>): HTMLElement {
  return element("span", {}, [stateText({ state: status }), " ", link(`/reconciliations/${id}`, timeText(startedAt))]);
}

function runCard({ lastEventAt, lastPass, lastPartialPass, queue, deadLetters }: HealthView): HTMLElement {
  const waiting = queue.waiting + queue.inFlight + queue.delayed;
  const facts: readonly (readonly [string, Child])[] = [
    ["Last event", timeText(lastEventAt)],
    ["Last reconciliation", lastPass === undefined ? "none yet" : passLink(lastPass)],
    ...(lastPartialPass === undefined
      ? []
      : [[`Last one of ${lastPartialPass.types.join(" and ")} only`, passLink(lastPartialPass)] as const]),
    ["Queue", waiting === 0 ? "empty" : `${waiting} messages in work`],
    ["Given up", deadLetters === 0 ? "nothing" : `${deadLetters} messages: npx hubspot-zep redrive`],
  ];
  return element("section", { class: "card" }, [
    element("h2", {}, ["Operation"]),
    ...facts.map(([name, value]) => element("div", {}, [element("span", { class: "dim" }, [`${name}: `]), value])),
  ]);
}

function namedRecords(title: string, records: HealthView["failing"], whenEmpty: string): readonly HTMLElement[] {
  return [
    element("h2", {}, [title]),
    table(
      [
        { heading: "Record", cell: ({ type, id }) => link(`${PATH_OF_TYPE[type]}/${id}`, `${type} ${id}`) },
        { heading: "Reason", cell: ({ reason }) => reason?.message },
        { heading: "What to do", cell: ({ remedy }) => remedy },
      ],
      records,
      whenEmpty,
    ),
  ];
}
