import type { CustomerView, ProjectView } from "../../api/record-schemas.ts";
import { element, link, stateText, table, timeText } from "./dom.ts";
import { describeBookable, RECORD_TABLES } from "./list-page.ts";
import { buildPatch, CUSTOMER_FORM, PROJECT_FORM, type FormField } from "./record-fields.ts";
import { callApi } from "./records-api.ts";
import type { Route } from "./route.ts";

/** What a page may do besides showing itself. */
export interface Page {
  /** Runs an action, tells what came of it or why it failed, and shows the page anew. */
  readonly act: (action: () => Promise<string>) => void;
}

/** Everything about one kind of record that its page needs. */
interface RecordKind<T> {
  readonly path: string;
  readonly type: "company" | "deal";
  readonly form: readonly FormField<T>[];
  readonly title: (record: T) => string;
  readonly more: (record: T) => readonly HTMLElement[];
}

type AnyRecord = CustomerView | ProjectView;

/** One customer. */
export const showCustomer = (route: Route, page: Page): Promise<HTMLElement> =>
  showRecord<CustomerView>(route, page, {
    path: "/customers",
    type: "company",
    form: CUSTOMER_FORM,
    title: ({ name, companyId }) => name ?? `Company ${companyId}`,
    more: ({ contactPersons = [], projects = [] }) => [
      element("h2", {}, ["Contact persons (Ansprechpartner)"]),
      RECORD_TABLES["contact-persons"](contactPersons),
      element("h2", {}, ["Projects (Projekte)"]),
      RECORD_TABLES.projects(projects),
    ],
  });

/** One project. */
export const showProject = (route: Route, page: Page): Promise<HTMLElement> =>
  showRecord<ProjectView>(route, page, {
    path: "/projects",
    type: "deal",
    form: PROJECT_FORM,
    title: ({ description, dealId }) => description ?? `Deal ${dealId}`,
    more: (project) => [
      ...(project.companyId === undefined
        ? []
        : [element("p", {}, ["Customer: ", link(`/customers/${project.companyId}`, project.companyId)])]),
      element("p", {}, [`Bookable (bebuchbar): ${describeBookable(project)}`]),
    ],
  });

async function showRecord<T extends AnyRecord>(
  { id = "" }: Route,
  page: Page,
  kind: RecordKind<T>,
): Promise<HTMLElement> {
  const path = `${kind.path}/${encodeURIComponent(id)}`;
  const { body: record, etag } = await callApi<T>(path);
  const { hubspotUrl, remedy, warnings = [] } = record;
  return element("div", {}, [
    element("h1", {}, [kind.title(record)]),
    element("p", {}, [stateText(record), ...(remedy === undefined ? [] : [` → ${remedy}`])]),
    ...(hubspotUrl === undefined
      ? []
      : [element("p", {}, [element("a", { href: hubspotUrl, rel: "noreferrer" }, ["Open in HubSpot"])])]),
    ...warnings.map(({ field, length, limit, cutTo }) =>
      element("p", { class: "warning" }, [`${field} has ${length} characters, ZEP takes ${limit}: “${cutTo}”`]),
    ),
    actions(record, { id, path, type: kind.type, page }),
    editForm(kind, record, (patch) => {
      page.act(async () => {
        await callApi(path, { method: "PATCH", body: patch, ifMatch: etag });
        return "Saved.";
      });
    }),
    ...kind.more(record),
    history(record),
  ]);
}

function post(to: string, told: string): () => Promise<string> {
  return async () => {
    await callApi(to, { method: "POST", body: {} });
    return told;
  };
}

interface ActionContext {
  readonly id: string;
  readonly path: string;
  readonly type: "company" | "deal";
  readonly page: Page;
}

function actions({ state }: AnyRecord, { id, path, type, page }: ActionContext): HTMLElement {
  const button = (text: string, action: () => Promise<string>): HTMLElement =>
    element("button", { type: "button", click: () => page.act(action) }, [text]);
  const detach = button(
    "Detach",
    post(`${path}/detach`, "Detached: all fields can be edited, nothing arrives from HubSpot."),
  );
  const attach = button("Attach", post(`${path}/attach`, "Attached: HubSpot leads again."));
  return element("div", { class: "actions" }, [
    button("Why is it so?", async () => {
      const { body } = await callApi<{ readonly explanation: string }>(`/explain/${type}/${id}`);
      return body.explanation;
    }),
    button("Read from HubSpot now", async () => {
      const { body } = await callApi<{ readonly outcome: string }>("/resync", { method: "POST", body: { type, id } });
      return body.outcome === "changed" ? "Brought up to date." : "Read: nothing had to be changed.";
    }),
    ...(state === "detached" ? [attach] : ["merged", "erased"].includes(state) ? [] : [detach]),
  ]);
}

function editForm<T extends AnyRecord>(
  { form, title }: RecordKind<T>,
  record: T,
  save: (patch: Readonly<Record<string, unknown>>) => void,
): HTMLElement {
  const inputs = new Map(form.map((field) => [field.name, createInput(field, record)]));
  const submit = (event: Event): void => {
    event.preventDefault();
    const patch = buildPatch(form, record, (name) => inputs.get(name)?.value);
    if (Object.keys(patch).length > 0) save(patch);
  };
  const rows = form.map((field) => element("label", {}, [labelOf(field, record), inputs.get(field.name)]));
  if (record.leader === "nobody") return element("p", { class: "dim" }, ["Not transferred: there is nothing to edit."]);
  return element("form", { submit, class: "record", "aria-label": title(record) }, [
    ...rows,
    element("button", { type: "submit", class: "main" }, ["Save"]),
  ]);
}

function labelOf<T extends AnyRecord>({ label, owner }: FormField<T>, { leader }: T): string {
  return owner === "hubspot" && leader === "hubspot" ? `${label} · HubSpot leads` : label;
}

function createInput<T extends AnyRecord>(field: FormField<T>, record: T): HTMLInputElement | HTMLSelectElement {
  const value = field.read(record);
  const isLocked = field.owner === "hubspot" && record.leader === "hubspot";
  if (field.choices !== undefined)
    return element(
      "select",
      { name: field.name, disabled: isLocked },
      field.choices.map((choice) => element("option", { value: choice, selected: choice === value }, [choice])),
    );
  return element("input", {
    name: field.name,
    value,
    disabled: isLocked,
    type: field.kind === "date" ? "date" : "text",
  });
}

function history({ history: entries = [] }: AnyRecord): HTMLElement {
  const lines = entries.flatMap(({ at, cause, fields }) => fields.map((change) => ({ at, cause, ...change })));
  return element("section", {}, [
    element("h2", {}, ["Last changes"]),
    table(
      [
        { heading: "When", cell: ({ at }) => timeText(at) },
        { heading: "By", cell: ({ cause }) => cause },
        { heading: "Field", cell: ({ field }) => field },
        { heading: "From", cell: ({ from }) => from },
        { heading: "To", cell: ({ to }) => to },
      ],
      lines,
      "No change yet.",
    ),
  ]);
}
