import type { Company, Contact, Deal } from "./hubspot-object.ts";
import type { ContactPersonFields, CustomerFields, ProjectFields } from "./record.ts";

/**
 * Company to customer (Kunde). Texts keep their full length: cutting to ZEP's limits happens where a ZEP-bound value is
 * shown, see `findLengthWarnings`. HubSpot's state or region becomes a street line, for ZEP's address has no such field.
 */
export function mapCompany(company: Company): CustomerFields {
  const street = [company.street, company.street2, company.region].flatMap(splitLines);
  return {
    name: clean(company.name),
    phone: clean(company.phone),
    address: {
      street,
      postalCode: clean(company.postalCode),
      city: clean(company.city),
      country: clean(company.country),
    },
    website: clean(company.website),
    remark: clean(company.remark),
  };
}

/** Contact to contact person (Ansprechpartner) of one company; `isPrimary` is that association's label. */
export function mapContact(contact: Contact, isPrimary: boolean): ContactPersonFields {
  return {
    salutation: clean(contact.salutation),
    firstName: clean(contact.firstName),
    lastName: clean(contact.lastName),
    jobTitle: clean(contact.jobTitle),
    email: clean(contact.email),
    phone: clean(contact.phone),
    mobile: clean(contact.mobile),
    primary: isPrimary,
  };
}

/** Deal to project (Projekt); the customer is the deal's primary company. */
export function mapDeal(deal: Deal, companyId: string): ProjectFields {
  return { description: clean(deal.description), companyId };
}

function splitLines(text: string): readonly string[] {
  return text
    .split(/\r\n|\r|\n/u)
    .map(clean)
    .filter((line) => line !== "");
}

/** Half a surrogate pair cannot be stored: it would come back as U+FFFD and look like a difference every night. */
function clean(text: string): string {
  return text.toWellFormed().trim();
}
