import type { ContactPersonAnswer, CustomerAnswer, ProjectAnswer } from "./api-answers.ts";
import type { CliIo } from "./cli-io.ts";
import { formatTime, paint } from "./terminal/display-text.ts";
import { renderFacts, renderTable, type TableColumn } from "./terminal/text-table.ts";

type Base = Pick<CustomerAnswer, "state" | "reason" | "warnings" | "history" | "hubspotUrl">;

/** State with its reason, in one line. */
export function describeState({ state, reason }: Pick<Base, "state" | "reason">): string {
  if (reason === undefined) return state;
  return `${state}: ${reason.message ?? reason.code}`;
}

const CUSTOMER_COLUMNS: readonly TableColumn<CustomerAnswer>[] = [
  { heading: "Company", cell: ({ companyId }) => companyId },
  { heading: "Number", cell: ({ customerNumber }) => customerNumber ?? "" },
  { heading: "Name", cell: ({ name }) => name ?? "" },
  { heading: "City", cell: ({ address }) => address?.city ?? "" },
  { heading: "State", cell: describeState },
];

const PROJECT_COLUMNS: readonly TableColumn<ProjectAnswer>[] = [
  { heading: "Deal", cell: ({ dealId }) => dealId },
  { heading: "Short form", cell: ({ shortForm }) => shortForm ?? "" },
  { heading: "Description", cell: ({ description }) => description ?? "" },
  { heading: "Customer", cell: ({ companyId }) => companyId ?? "" },
  { heading: "Bookable", cell: describeBookable },
  { heading: "State", cell: describeState },
];

const CONTACT_COLUMNS: readonly TableColumn<ContactPersonAnswer>[] = [
  { heading: "Contact", cell: ({ contactId }) => contactId },
  { heading: "Name", cell: ({ firstName, lastName }) => [firstName, lastName].join(" ").trim() },
  { heading: "Job title", cell: ({ jobTitle }) => jobTitle ?? "" },
  { heading: "E-mail", cell: ({ email }) => email ?? "" },
  { heading: "Phone", cell: ({ phone, mobile }) => [phone, mobile].filter(Boolean).join(", ") },
  { heading: "Primary", cell: ({ primary }) => (primary === true ? "yes" : "") },
  { heading: "State", cell: describeState },
];

/** Customers as a table. */
export function renderCustomers(io: CliIo, customers: readonly CustomerAnswer[]): string {
  return renderTable(io, CUSTOMER_COLUMNS, customers);
}

/** Projects as a table. */
export function renderProjects(io: CliIo, projects: readonly ProjectAnswer[]): string {
  return renderTable(io, PROJECT_COLUMNS, projects);
}

/** A customer with its contact persons, projects and last changes. */
export function renderCustomer(io: CliIo, customer: CustomerAnswer): string {
  const { address, contactPersons = [], projects = [] } = customer;
  const town = [address?.postalCode, address?.city].filter(Boolean).join(" ");
  const facts = renderFacts(io, [
    ["Company", customer.companyId],
    ["Customer number", customer.customerNumber],
    ["Name", customer.name],
    ["Phone", customer.phone],
    ["Address", [...(address?.street ?? []), town, address?.country].filter(Boolean).join(", ")],
    ["Website", customer.website],
    ["Remark", customer.remark],
    ["State", describeState(customer)],
    ["HubSpot", customer.hubspotUrl],
  ]);
  return [
    facts,
    renderWarnings(io, customer),
    section(paint(io, "bold", "Contact persons"), contactPersons.length, () =>
      renderTable(io, CONTACT_COLUMNS, contactPersons),
    ),
    section(paint(io, "bold", "Projects"), projects.length, () => renderProjects(io, projects)),
    renderHistory(io, customer),
  ].join("");
}

/** A project with what is left to make it bookable, and its last changes. */
export function renderProject(io: CliIo, project: ProjectAnswer): string {
  const { startDate, endDate } = project;
  const facts = renderFacts(io, [
    ["Deal", project.dealId],
    ["Short form", project.shortForm],
    ["Description", project.description],
    ["Customer", project.companyId],
    ["Tasks", project.tasks?.join(", ")],
    ["Project employees", project.projectEmployees?.join(", ")],
    ["Duration", startDate === undefined && endDate === undefined ? "" : `${startDate ?? ""} to ${endDate ?? ""}`],
    ["Billing type", project.billingType],
    ["Status", project.status],
    ["Bookable", describeBookable(project)],
    ["State", describeState(project)],
    ["HubSpot", project.hubspotUrl],
  ]);
  return facts + renderWarnings(io, project) + renderHistory(io, project);
}

function describeBookable({ bookable, missing = [] }: ProjectAnswer): string {
  if (bookable === undefined) return "";
  if (bookable) return "yes";
  return missing.length === 0 ? "no" : `no: ${missing.join(", ")} missing`;
}

function renderWarnings(io: CliIo, { warnings = [] }: Base): string {
  return warnings
    .map(({ field, length, limit }) => `${field} has ${length} characters, ZEP takes ${limit}: it is cut there.`)
    .map((line) => `${paint(io, "yellow", line)}\n`)
    .join("");
}

function renderHistory(io: CliIo, { history = [] }: Base): string {
  const lines = history.flatMap(({ at, cause, fields }) =>
    fields.map((change) => ({ at: formatTime(Date.parse(at)), cause, ...change })),
  );
  return section(paint(io, "bold", "Last changes"), lines.length, () =>
    renderTable(
      io,
      [
        { heading: "When", cell: ({ at }) => at },
        { heading: "By", cell: ({ cause }) => cause },
        { heading: "Field", cell: ({ field }) => field },
        { heading: "From", cell: ({ from }) => from ?? "" },
        { heading: "To", cell: ({ to }) => to ?? "" },
      ],
      lines,
    ),
  );
}

function section(title: string, count: number, render: () => string): string {
  return count === 0 ? "" : `\n${title} (${count})\n${render()}`;
}
