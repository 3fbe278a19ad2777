import type { ContactPersonAnswer, CustomerAnswer, ProjectAnswer } from "./api-answers.ts";
import type { CliIo } from "./cli-io.ts";
import { toHistoryLines } from "./history-lines.ts";
import { paint, toPlainLine } from "./terminal/display-text.ts";
import { renderFacts, renderTable, type TableColumn } from "./terminal/text-table.ts";

type Base = Pick<CustomerAnswer, "state" | "reason" | "warnings" | "missingFields" | "history" | "hubspotUrl">;

/** State with its reason, in one line; a reason that begins with the state's own word stands for both. */
export function describeState({ state, reason }: Pick<Base, "state" | "reason">): string {
  if (reason === undefined) return state;
  const why = toPlainLine(reason.message ?? reason.code);
  return spell(why).startsWith(state.toLowerCase()) ? why : `${state}: ${why}`;
}

function spell(text: string): string {
  return text.toLowerCase().replaceAll(" ", "");
}

const CUSTOMER_COLUMNS: readonly TableColumn<CustomerAnswer>[] = [
  { heading: "Company", cell: ({ companyId }) => companyId, isId: true },
  { heading: "Number", cell: ({ customerNumber }) => customerNumber ?? "" },
  { heading: "Name", cell: ({ name }) => name ?? "" },
  { heading: "City", cell: ({ address }) => address?.city ?? "" },
  { heading: "State", cell: describeState },
];

const PROJECT_COLUMNS: readonly TableColumn<ProjectAnswer>[] = [
  { heading: "Deal", cell: ({ dealId }) => dealId, isId: true },
  { heading: "Short form", cell: ({ shortForm }) => shortForm ?? "" },
  { heading: "Description", cell: ({ description }) => description ?? "" },
  { heading: "Customer", cell: ({ companyId }) => companyId ?? "", isId: true },
  { heading: "Bookable", cell: describeBookable },
  { heading: "State", cell: describeState },
];

const CONTACT_COLUMNS: readonly TableColumn<ContactPersonAnswer>[] = [
  { heading: "Contact", cell: ({ contactId }) => contactId, isId: true },
  { heading: "Name", cell: nameContact },
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

/** Contact persons as a table, with the company that each belongs to. */
export function renderContactPersons(io: CliIo, persons: readonly ContactPersonAnswer[]): string {
  const [contact, ...others] = CONTACT_COLUMNS;
  if (contact === undefined) return "";
  return renderTable(
    io,
    [contact, { heading: "Company", cell: ({ companyId }) => companyId ?? "", isId: true }, ...others],
    persons,
  );
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
    ["To do", customer.remedy],
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
    ["Duration", describeDuration(startDate, endDate)],
    ["Billing type", project.billingType],
    ["Status", project.status],
    ["Bookable", describeBookable(project)],
    ["State", describeState(project)],
    ["To do", project.remedy],
    ["HubSpot", project.hubspotUrl],
  ]);
  return facts + renderWarnings(io, project) + renderHistory(io, project);
}

/** A contact person with its last changes. */
export function renderContactPerson(io: CliIo, person: ContactPersonAnswer): string {
  const facts = renderFacts(io, [
    ["Contact", person.contactId],
    ["Company", person.companyId],
    ["Salutation", person.salutation],
    ["Name", nameContact(person)],
    ["Job title", person.jobTitle],
    ["E-mail", person.email],
    ["Phone", person.phone],
    ["Mobile", person.mobile],
    ["Primary", person.primary === true ? "yes" : ""],
    ["State", describeState(person)],
    ["To do", person.remedy],
    ["HubSpot", person.hubspotUrl],
  ]);
  return facts + renderWarnings(io, person) + renderHistory(io, person);
}

function nameContact({ firstName, lastName }: ContactPersonAnswer): string {
  return [firstName, lastName].filter(Boolean).join(" ");
}

function describeDuration(startDate: string | undefined, endDate: string | undefined): string {
  if (startDate === undefined) return endDate === undefined ? "" : `until ${endDate}`;
  return endDate === undefined ? `from ${startDate}` : `${startDate} to ${endDate}`;
}

const MISSING_WORDS: Readonly<Record<string, string>> = {
  active: "inactive",
  status: "status not active",
  duration: "outside its duration",
  tasks: "tasks missing",
  projectEmployees: "project employees missing",
};

/** Whether time can be booked on a project, and if not, what is left to do. */
export function describeBookable({ bookable, missing = [] }: Pick<ProjectAnswer, "bookable" | "missing">): string {
  if (bookable === undefined) return "";
  if (bookable) return "yes";
  return `no: ${missing.map((name) => MISSING_WORDS[name] ?? name).join(", ")}`;
}

function renderWarnings(io: CliIo, { warnings = [], missingFields = [] }: Base): string {
  return [
    ...warnings.map(
      ({ field, length, limit }) => `${field} has ${length} characters, ZEP takes ${limit}: it cuts the rest.`,
    ),
    ...missingFields.map((field) => `${field} is empty, and ZEP requires it.`),
  ]
    .map((line) => `${paint(io, "yellow", line)}\n`)
    .join("");
}

function renderHistory(io: CliIo, { history = [] }: Base): string {
  const lines = toHistoryLines(history);
  return section(paint(io, "bold", "Last changes"), lines.length, () =>
    renderTable(
      io,
      [
        { heading: "When", cell: ({ at }) => at },
        { heading: "By", cell: ({ cause }) => cause },
        { heading: "Field", cell: ({ field }) => field },
        { heading: "From", cell: ({ from }) => from },
        { heading: "To", cell: ({ to }) => to },
      ],
      lines,
    ),
  );
}

function section(title: string, count: number, render: () => string): string {
  return count === 0 ? "" : `\n${title} (${count})\n${render()}`;
}
