import { describe, expect, it } from "vitest";
import { findScheduleProblem, isTimeZone } from "../../../infra/aws/schedule-expression.ts";
import { parseSettings } from "../../../infra/aws/settings.ts";
import { parseDealStages } from "../../../lib/domain/stage-filter.ts";

describe("parseSettings", () => {
  it("takes the defaults where the context says nothing", () => {
    expect(parseSettings({})).toEqual({
      kind: "parsed",
      settings: {
        stackName: "HubSpotZepSync",
        dealStages: "",
        exclusionProperty: "zep",
        exclusionValues: ["no", "nein"],
        reconcileSchedule: "cron(0 2 * * ? *)",
        reconcileTimeZone: "Europe/Berlin",
        alarmEmail: "",
        hubspotApiVersion: "2026-09",
        brakePercent: 10,
        brakeMinimum: 20,
      },
    });
  });

  it("passes over the keys of CDK itself", () => {
    const context = { "@aws-cdk/core:x": true, "aws:cdk:bundling-stacks": [], "cli-telemetry": false };
    expect(parseSettings(context).kind).toBe("parsed");
  });

  it.each([
    ["a list from cdk.json", [" No", "nein"]],
    ["text from the command line", "No, nein"],
  ])("trims exclusion values of %s", (_source, exclusionValues) => {
    expect(parseSettings({ exclusionValues })).toMatchObject({ settings: { exclusionValues: ["No", "nein"] } });
  });

  it("reads numbers that the command line gives as text", () => {
    expect(parseSettings({ brakePercent: "25", brakeMinimum: "0" })).toMatchObject({
      settings: { brakePercent: 25, brakeMinimum: 0 },
    });
  });

  it.each([
    ["dealStage", "x", /^dealStage is not a setting; the settings are .*dealStages/u],
    ["dealStages", "all 123", /^dealStages is "all 123" \("all" cannot stand beside stage ids \(123\)\)/u],
    ["dealStages", ["1", "2"], /^dealStages is \["1","2"\]; expected/u],
    ["exclusionProperty", "ZEP sync", /^exclusionProperty is "ZEP sync"; expected the internal name/u],
    ["exclusionProperty", "", /^exclusionProperty is ""/u],
    ["exclusionValues", [], /^exclusionValues is \[\]; expected at least one/u],
    ["exclusionValues", "no,,nein", /^exclusionValues is "no,,nein"/u],
    ["exclusionValues", ["no,nein"], /^exclusionValues is \["no,nein"\]/u],
    ["reconcileSchedule", "0 2 * * *", /^reconcileSchedule is "0 2 \* \* \*" \(it is neither/u],
    ["reconcileTimeZone", "Berlin", /^reconcileTimeZone is "Berlin"; expected an IANA time zone/u],
    ["alarmEmail", "ops@", /^alarmEmail is "ops@"; expected one e-mail address/u],
    ["alarmEmail", "a@example.com, b@example.com", /^alarmEmail/u],
    ["publicUrl", "http://example.com/webhook", /^publicUrl .*; expected the https URL/u],
    ["hubspotApiVersion", "v4", /^hubspotApiVersion is "v4"/u],
    ["brakePercent", "101", /^brakePercent is "101"; expected a number from 0 to 100/u],
    ["brakePercent", "", /^brakePercent is ""/u],
    ["brakeMinimum", 1.5, /^brakeMinimum is 1\.5; expected a whole number/u],
    ["stackName", "my stack", /^stackName is "my stack"/u],
  ])("refuses %s = %j and says what is expected", (key, value, problem) => {
    const parsed = parseSettings({ [key]: value });
    expect(parsed).toEqual({ kind: "invalid", problems: [expect.stringMatching(problem)] });
  });

  it("reports all problems together", () => {
    const parsed = parseSettings({ colour: "red", dealStages: "all,1", alarmEmail: "nobody", brakePercent: -1 });
    expect(parsed).toMatchObject({ kind: "invalid", problems: { length: 4 } });
  });

  it.each(["", "  ", "all", "ALL", "all, All", "1", "1;2 3", "all 1", "1,ALL", ",;", "tall, alls"])(
    "accepts the stage list %j exactly when the functions do",
    (dealStages) => {
      expect(parseSettings({ dealStages }).kind).toBe(parseDealStages(dealStages).kind);
    },
  );
});

describe("findScheduleProblem", () => {
  it.each([
    "cron(0 2 * * ? *)",
    "cron(0/15 6-22 ? * MON-FRI *)",
    "cron(30 1 L * ? 2027)",
    "cron(0 0 15W JAN,jul ? *)",
    "cron(0 3 ? * 2#1 *)",
    "rate(1 day)",
    "rate(12 hours)",
  ])("accepts %s", (expression) => {
    expect(findScheduleProblem(expression)).toBeUndefined();
  });

  it.each([
    ["", "neither"],
    ["every night", "neither"],
    ["cron(0 2 * * ?)", "5 fields instead of 6"],
    ["cron(60 2 * * ? *)", "minute"],
    ["cron(0 24 * * ? *)", "hour"],
    ["cron(0 2 0 * ? *)", "day of month"],
    ["cron(0 2 32W * ? *)", "day of month"],
    ["cron(0 2 ? 13 MON *)", "month"],
    ["cron(0 2 ? * 8 *)", "day of week"],
    ["cron(0 2 ? * MO *)", "day of week"],
    ["cron(0 2 * * ? 1969)", "year"],
    ["cron(0 2 1-2-3 * ? *)", "day of month"],
    ["cron(0/0 2 * * ? *)", "minute"],
    ["cron(0 2 * * * *)", "exactly one"],
    ["cron(0 2 ? * ? *)", "exactly one"],
    ["rate(0 hours)", "rate needs"],
    ["rate(1 hours)", "rate needs"],
    ["rate(2 hour)", "rate needs"],
  ])("refuses %j: %s", (expression, problem) => {
    expect(findScheduleProblem(expression)).toContain(problem);
  });
});

describe("isTimeZone", () => {
  it.each(["Europe/Berlin", "UTC"])("knows %s", (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each(["", "Europe/Berlinn", "MEZ "])("does not know %j", (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});
