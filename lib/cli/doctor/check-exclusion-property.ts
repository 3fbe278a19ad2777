import type { HubSpotReader } from "../../sync/ports.ts";
import type { CdkSettings } from "../cdk-settings.ts";
import { ok, problem, type CheckLine } from "./check-line.ts";

/** Whether the portal has the company property that keeps companies out of ZEP; if not, offers its definition. */
export async function checkExclusionProperty(
  reader: Pick<HubSpotReader, "hasCompanyProperty">,
  settings: Pick<CdkSettings, "exclusionProperty" | "exclusionValues">,
): Promise<readonly CheckLine[]> {
  const { exclusionProperty: name, exclusionValues } = settings;
  if (await reader.hasCompanyProperty(name)) {
    return [
      ok("exclusion", `company property "${name}" is there; ${exclusionValues.join(" or ")} keeps a company out`),
    ];
  }
  return [
    {
      ...problem(
        "exclusion",
        `companies have no property "${name}", so no company can be excluded`,
        `Create it in HubSpot: Settings > Properties > Company properties > Create property, with the internal name "${name}"; or POST this to /crm/properties/2026-09/companies with a token that may write company schemas:`,
      ),
      example: buildPropertyDefinition(name, exclusionValues),
    },
  ];
}

/** A choice of yes and no rather than free text: nobody misspells a choice. */
function buildPropertyDefinition(name: string, exclusionValues: readonly string[]): unknown {
  const no = exclusionValues.includes("nein") ? "nein" : (exclusionValues[0] ?? "no");
  const yes = no === "nein" ? "ja" : "yes";
  return {
    name,
    label: name === "zep" ? "ZEP" : name,
    description: `Whether the company is carried over to ZEP; "${no}" keeps it out, nothing lets it in.`,
    groupName: "companyinformation",
    type: "enumeration",
    fieldType: "select",
    options: [
      { label: yes, value: yes, displayOrder: 0, hidden: false },
      { label: no, value: no, displayOrder: 1, hidden: false },
    ],
  };
}
