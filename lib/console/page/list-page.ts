import type { ContactPersonView, CustomerView, ProjectView } from "../../api/record-schemas.ts";
import { RECORD_STATES } from "../../domain/record.ts";
import { element, link, stateText, table, type Column } from "./dom.ts";
import { callApi } from "./records-api.ts";
import type { Route } from "./route.ts";

/** One page of a list. */
export interface RecordPage<T> {
  readonly items: readonly T[];
  readonly cursor?: string;
}

const CUSTOMER_COLUMNS: readonly Column<CustomerView>[] = [
  {
    heading: "Number",
    cell: ({ companyId, customerNumber }) => link(`/customers/${companyId}`, customerNumber ?? `(${companyId})`),
  },
  { heading: "Name", cell: ({ name }) => name },
  { heading: "City", cell: ({ address }) => address?.city },
  { heading: "State", cell: stateText },
];

const PROJECT_COLUMNS: readonly Column<ProjectView>[] = [
  { heading: "Short form", cell: ({ dealId, shortForm }) => link(`/projects/${dealId}`, shortForm ?? `(${dealId})`) },
  { heading: "Description", cell: ({ description }) => description },
  {
    heading: "Customer",
    cell: ({ companyId }) => (companyId === undefined ? undefined : link(`/customers/${companyId}`, companyId)),
  },
  { heading: "Bookable", cell: describeBookable },
  { heading: "State", cell: stateText },
];

const PERSON_COLUMNS: readonly Column<ContactPersonView>[] = [
  { heading: "Contact", cell: ({ contactId }) => link(`/contact-persons/${contactId}`, contactId) },
  { heading: "Name", cell: ({ firstName = "", lastName = "" }) => `${firstName} ${lastName}`.trim() },
  { heading: "Job title", cell: ({ jobTitle }) => jobTitle },
  { heading: "Customer", cell: ({ companyId }) => link(`/customers/${companyId}`, companyId) },
  { heading: "State", cell: stateText },
];

/** Whether time can be booked, and what is missing. */
export function describeBookable({ bookable, missing = [] }: ProjectView): string {
  if (bookable === undefined) return "";
  return bookable ? "yes" : `missing: ${missing.join(", ")}`;
}

/** Tables of records, also within a record's page. */
export const RECORD_TABLES = {
  customers: (rows: readonly CustomerView[]) => table(CUSTOMER_COLUMNS, rows, "No customer here."),
  projects: (rows: readonly ProjectView[]) => table(PROJECT_COLUMNS, rows, "No project here."),
  "contact-persons": (rows: readonly ContactPersonView[]) => table(PERSON_COLUMNS, rows, "No contact person here."),
} as const;

/** Customers by state and beginning of name or number, page by page. */
export const showCustomers = (route: Route): Promise<HTMLElement> =>
  showList(route, "Customers", async (path) => {
    const { body } = await callApi<RecordPage<CustomerView>>(path);
    return { rows: RECORD_TABLES.customers(body.items), cursor: body.cursor };
  });

/** Projects likewise. */
export const showProjects = (route: Route): Promise<HTMLElement> =>
  showList(route, "Projects", async (path) => {
    const { body } = await callApi<RecordPage<ProjectView>>(path);
    return { rows: RECORD_TABLES.projects(body.items), cursor: body.cursor };
  });

/** Contact persons likewise. */
export const showContactPersons = (route: Route): Promise<HTMLElement> =>
  showList(route, "Contact persons", async (path) => {
    const { body } = await callApi<RecordPage<ContactPersonView>>(path);
    return { rows: RECORD_TABLES["contact-persons"](body.items), cursor: body.cursor };
  });

/** A contact, once for each of its companies. */
export async function showContactPerson({ id = "" }: Route): Promise<HTMLElement> {
  const { body } = await callApi<RecordPage<ContactPersonView>>(`/contact-persons/${encodeURIComponent(id)}`);
  const hubspotUrl = body.items[0]?.hubspotUrl;
  return element("div", {}, [
    element("h1", {}, [`Contact ${id}`]),
    element("p", { class: "dim" }, [
      "A contact is a contact person at each of its companies. HubSpot leads all fields.",
    ]),
    ...(hubspotUrl === undefined
      ? []
      : [element("p", {}, [element("a", { href: hubspotUrl, rel: "noreferrer" }, ["Open in HubSpot"])])]),
    RECORD_TABLES["contact-persons"](body.items),
  ]);
}

async function showList(
  { place, query }: Route,
  title: string,
  load: (path: string) => Promise<{ readonly rows: HTMLElement; readonly cursor: string | undefined }>,
): Promise<HTMLElement> {
  const { rows, cursor } = await load(`${place}?${query.toString()}`);
  return element("div", {}, [
    element("h1", {}, [title]),
    filterForm(place, query),
    rows,
    ...nextPage({ place, query }, cursor),
  ]);
}

/** The way to a list's next page, when it has one. */
export function nextPage(
  { place, query }: Pick<Route, "place" | "query">,
  cursor: string | undefined,
): readonly HTMLElement[] {
  if (cursor === undefined) return [];
  const next = new URLSearchParams(query);
  next.set("cursor", cursor);
  return [element("p", {}, [link(`${place}?${next.toString()}`, "Next page")])];
}

function filterForm(place: string, query: URLSearchParams): HTMLElement {
  const chosen = query.get("state") ?? "";
  const options = [["", "all that were transferred"], ...RECORD_STATES.map((state) => [state, state])] as const;
  const state = element(
    "select",
    { name: "state" },
    options.map(([value = "", text = ""]) => element("option", { value, selected: value === chosen }, [text])),
  );
  const prefix = element("input", {
    name: "prefix",
    type: "search",
    value: query.get("prefix") ?? "",
    maxlength: "120",
  });
  const show = (event: Event): void => {
    event.preventDefault();
    const wanted = new URLSearchParams();
    if (state.value !== "") wanted.set("state", state.value);
    if (prefix.value !== "") wanted.set("prefix", prefix.value);
    location.hash = `${place}?${wanted.toString()}`;
  };
  state.addEventListener("change", show);
  return element("form", { role: "search", submit: show }, [
    element("label", {}, ["State", state]),
    element("label", {}, ["Name or number begins with", prefix]),
    element("button", { type: "submit" }, ["Show"]),
  ]);
}
