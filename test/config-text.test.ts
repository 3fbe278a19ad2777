import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSettings, type DeploymentSettings } from "../infra/aws/settings.ts";
import { loadApiConfig, loadReceiverConfig, loadWorkerConfig, type Environment } from "../lib/config.ts";
import { NonRetryableError } from "../lib/sync/errors.ts";

const ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:token-AbCdEf";
const QUEUE_URL = "https://sqs.eu-central-1.amazonaws.com/111122223333/changes";
const VALID: Readonly<Record<string, string>> = {
  TABLE_NAME: "records",
  CHANGE_QUEUE_URL: QUEUE_URL,
  DEAD_LETTER_QUEUE_URL: QUEUE_URL,
  PASS_QUEUE_URL: QUEUE_URL,
  CLIENT_SECRET_ARN: ARN,
  ACCESS_TOKEN_ARN: ARN,
  DEAL_STAGES: "11",
  EXCLUSION_PROPERTY: "zep",
  EXCLUSION_VALUES: "no",
  MAX_RECEIVES: "5",
  BRAKE_PERCENT: "10",
  BRAKE_MINIMUM: "20",
  HUBSPOT_BASE_URL: "https://api.hubapi.com",
  HUBSPOT_API_VERSION: "2026-09",
  HUBSPOT_REQUESTS_PER_SECOND: "10",
};
const LOADERS: readonly ((env: Environment) => unknown)[] = [loadReceiverConfig, loadWorkerConfig, loadApiConfig];

/** Anything, and what looks like a value more often than chance does. */
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", " ", "0", "-1", "1e3", "NaN", "Infinity", "all", "ALL, 1", "constructor", "http://x", "v3"),
  fc.constantFrom(...Object.values(VALID)),
);
const separator = fc.constantFrom(",", ";", " ", "\n", "\t", ", ", " ;; ");
const stageId = fc.stringMatching(/^[a-z0-9_-]{1,8}$/u).filter((word) => word !== "all");

/** Problem lines, or undefined when everything is accepted; any other failure is thrown on. */
function problemsOf(load: () => unknown): readonly string[] | undefined {
  try {
    load();
    return undefined;
  } catch (error) {
    if (!(error instanceof NonRetryableError) || error.code !== "misconfigured") throw error;
    return error.message.split("\n- ").slice(1);
  }
}

/** The environment that the stack gives its functions; see infra/aws/rule-environment.ts. */
function environmentOf(settings: DeploymentSettings): Environment {
  return {
    ...VALID,
    DEAL_STAGES: settings.dealStages,
    EXCLUSION_PROPERTY: settings.exclusionProperty,
    EXCLUSION_VALUES: settings.exclusionValues.join(","),
    HUBSPOT_API_VERSION: settings.hubspotApiVersion,
    BRAKE_PERCENT: String(settings.brakePercent),
    BRAKE_MINIMUM: String(settings.brakeMinimum),
  };
}

describe("the environment", () => {
  it.each(Object.keys(VALID))("with any text as %s is read, or refused by that name alone", (name) => {
    fc.assert(
      fc.property(fc.constantFrom(...LOADERS), anyText, (load, text) => {
        const problems = problemsOf(() => load({ ...VALID, [name]: text })) ?? [`${name} is accepted`];
        expect(problems.map((problem) => problem.startsWith(`${name} `))).toEqual([true]);
      }),
    );
  });

  it("is refused by the names of all that is wrong, whatever is wrong together", () => {
    const broken = fc.uniqueArray(
      fc.constantFrom(...Object.keys(VALID).filter((name) => name !== "DEAL_STAGES" && name !== "CLIENT_SECRET_ARN")),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(broken, (names) => {
        const env = { ...VALID, ...Object.fromEntries(names.map((name) => [name, ""])) };
        const problems = problemsOf(() => loadApiConfig(env)) ?? [];
        expect(problems.map((problem) => problem.split(" ")[0] ?? "").toSorted()).toEqual(names.toSorted());
      }),
    );
  });

  it("shows nothing of what stands where a secret's ARN belongs", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("CLIENT_SECRET_ARN", "ACCESS_TOKEN_ARN"),
        fc.string({ minLength: 8 }),
        (name, secret) => {
          const shown = LOADERS.flatMap((load) => problemsOf(() => load({ ...VALID, [name]: secret })) ?? []);
          expect(shown.filter((problem) => problem.includes(secret))).toEqual([]);
          expect(shown).not.toEqual([]);
        },
      ),
    );
  });
});

describe("stage lists and exclusion values", () => {
  it("are read as the words that were written, whatever parts them", () => {
    const stages = fc.uniqueArray(stageId, { minLength: 1 });
    const values = fc.array(fc.stringMatching(/^[^,\s][^,]{0,5}[^,\s]$/u), { minLength: 1 });
    fc.assert(
      fc.property(
        stages,
        values,
        fc.tuple(separator, fc.constantFrom(",", " , ", ",\n")),
        (stageIds, words, between) => {
          const env = { ...VALID, DEAL_STAGES: stageIds.join(between[0]), EXCLUSION_VALUES: words.join(between[1]) };
          expect(loadWorkerConfig(env).settings).toEqual({
            dealStages: { kind: "stages", stageIds },
            exclusion: { property: "zep", values: words.map((word) => word.trim()) },
          });
        },
      ),
    );
  });

  it("never mean the opposite when the word for all stands among stage ids", () => {
    const all = fc.mixedCase(fc.constant("all"));
    fc.assert(
      fc.property(fc.array(stageId), fc.array(all, { minLength: 1 }), separator, (stageIds, alls, between) => {
        const problems = problemsOf(() => {
          const { settings } = loadWorkerConfig({ ...VALID, DEAL_STAGES: [...stageIds, ...alls].join(between) });
          expect(settings.dealStages).toEqual({ kind: "all" });
        });
        expect(problems?.[0] ?? "").toContain(stageIds.length === 0 ? "" : "cannot stand beside stage ids");
        expect(problems === undefined).toBe(stageIds.length === 0);
      }),
    );
  });
});

describe("the deployment's settings", () => {
  const anyValue = fc.oneof(anyText, fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.array(anyText));
  const name = fc.constantFrom(
    "dealStages",
    "exclusionProperty",
    "exclusionValues",
    "hubspotApiVersion",
    "brakePercent",
    "brakeMinimum",
    "reconcileSchedule",
    "reconcileTimeZone",
    "alarmEmail",
    "publicUrl",
    "stackName",
  );

  it("are accepted, or refused by the name of the wrong one alone, and the functions read what was accepted", () => {
    fc.assert(
      fc.property(name, anyValue, (name, value) => {
        const parsed = parseSettings({ [name]: value });
        const problems = parsed.kind === "invalid" ? parsed.problems : [];
        expect(problems.filter((problem) => !problem.startsWith(`${name} is `))).toEqual([]);
        if (parsed.kind === "invalid") return;
        expect(problemsOf(() => loadApiConfig(environmentOf(parsed.settings)))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});
