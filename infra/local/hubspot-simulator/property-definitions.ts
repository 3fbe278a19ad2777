import type { SimType } from "./object-type.ts";
import type { PropertyDefinition } from "./portal-source.ts";

function text(name: string, label: string): PropertyDefinition {
  return { name, label, type: "string", fieldType: "text", options: [] };
}

function time(name: string, label: string): PropertyDefinition {
  return { name, label, type: "datetime", fieldType: "date", options: [] };
}

/** The property an admin adds by hand to keep a company out of ZEP. */
export const EXCLUSION_DEFINITION: PropertyDefinition = {
  name: "zep",
  label: "ZEP",
  type: "enumeration",
  fieldType: "select",
  options: [
    { label: "ja", value: "ja" },
    { label: "nein", value: "nein" },
  ],
};

const COMMON: readonly PropertyDefinition[] = [
  text("hs_object_id", "Record ID"),
  text("hs_merged_object_ids", "Merged record IDs"),
  time("createdate", "Create date"),
];

/** What a fresh portal knows, as far as this project has an interest in it. */
export const STANDARD_DEFINITIONS: Readonly<Record<SimType, readonly PropertyDefinition[]>> = {
  company: [
    ...COMMON,
    time("hs_lastmodifieddate", "Last modified date"),
    text("name", "Company name"),
    text("domain", "Company domain name"),
    text("phone", "Phone number"),
    text("address", "Street address"),
    text("address2", "Street address 2"),
    text("zip", "Postal code"),
    text("city", "City"),
    text("state", "State/Region"),
    text("country", "Country/Region"),
    text("website", "Website URL"),
    text("description", "Description"),
    text("industry", "Industry"),
  ],
  contact: [
    ...COMMON,
    time("lastmodifieddate", "Last modified date"),
    text("salutation", "Salutation"),
    text("firstname", "First name"),
    text("lastname", "Last name"),
    text("jobtitle", "Job title"),
    text("email", "Email"),
    text("phone", "Phone number"),
    text("mobilephone", "Mobile phone number"),
  ],
  deal: [
    ...COMMON,
    time("hs_lastmodifieddate", "Last modified date"),
    text("dealname", "Deal name"),
    text("dealstage", "Deal stage"),
    text("pipeline", "Pipeline"),
    text("amount", "Amount"),
    time("closedate", "Close date"),
  ],
};

/** What the sample app is subscribed to. HubSpot wants one subscription a property and knows no wildcard. */
export const SUBSCRIBED_PROPERTIES: Readonly<Record<SimType, readonly string[]>> = {
  company: ["name", "phone", "address", "address2", "zip", "city", "state", "country", "website", "description", "zep"],
  contact: ["salutation", "firstname", "lastname", "jobtitle", "email", "phone", "mobilephone"],
  deal: ["dealname", "dealstage", "pipeline"],
};

/** A pipeline with German labels and ids that say nothing: portals relabel stages, ids never change. */
export const GERMAN_PIPELINE = {
  id: "728459001",
  label: "Vertriebspipeline",
  stages: [
    { id: "1043288711", label: "Erstgespräch", metadata: { probability: "0.2", isClosed: "false" } },
    { id: "1043288712", label: "Angebot verschickt", metadata: { probability: "0.4", isClosed: "false" } },
    { id: "1043288713", label: "Verhandlung", metadata: { probability: "0.7", isClosed: "false" } },
    { id: "1043288714", label: "Auftrag erteilt", metadata: { probability: "1.0", isClosed: "true" } },
    { id: "1043288715", label: "Verloren", metadata: { probability: "0.0", isClosed: "true" } },
  ],
} as const;
