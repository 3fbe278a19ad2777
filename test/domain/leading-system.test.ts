import { describe, expect, it } from "vitest";
import {
  findLeader,
  findRefusedFields,
  HUBSPOT_LED_CUSTOMER_FIELDS,
  HUBSPOT_LED_PROJECT_FIELDS,
  type Leader,
} from "../../lib/domain/leading-system.ts";
import { RECORD_STATES, type RecordState } from "../../lib/domain/record.ts";

const LEADERS: Readonly<Record<RecordState, Leader>> = {
  linked: "hubspot",
  excluded: "hubspot",
  outOfStage: "hubspot",
  waiting: "hubspot",
  failing: "hubspot",
  detached: "zep",
  deleted: "zep",
  merged: "nobody",
  erased: "nobody",
};

describe("findLeader", () => {
  it.each(RECORD_STATES)("of a record with data that is %s is as the README says", (state) => {
    expect(findLeader({ state, fields: {} })).toBe(LEADERS[state]);
  });

  it.each(RECORD_STATES)("is nobody for a record without data that is %s", (state) => {
    expect(findLeader({ state })).toBe("nobody");
  });
});

describe("findRefusedFields", () => {
  const customerEdit = { customerNumber: "1", name: "a", phone: "", address: {}, website: "w", remark: "r" };
  const projectEdit = { shortForm: "s", description: "d", companyId: "1", tasks: [], status: "active" };

  it("names every field that HubSpot leads, also one that is emptied, and no other", () => {
    expect(findRefusedFields("hubspot", customerEdit, HUBSPOT_LED_CUSTOMER_FIELDS)).toEqual([
      "name",
      "phone",
      "address",
      "website",
      "remark",
    ]);
    expect(findRefusedFields("hubspot", projectEdit, HUBSPOT_LED_PROJECT_FIELDS)).toEqual(["description", "companyId"]);
    expect(findRefusedFields("hubspot", { shortForm: "s" }, HUBSPOT_LED_PROJECT_FIELDS)).toEqual([]);
  });

  it.each<Leader>(["zep", "nobody"])("refuses none when %s leads", (leader) => {
    expect(findRefusedFields(leader, customerEdit, HUBSPOT_LED_CUSTOMER_FIELDS)).toEqual([]);
  });
});
