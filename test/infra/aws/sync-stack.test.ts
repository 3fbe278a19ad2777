import { readdirSync, readFileSync } from "node:fs";
import { Match, Template } from "aws-cdk-lib/assertions";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { readRunbook } from "../../../infra/aws/runbook.ts";
import { loadApiConfig, loadPassConfig, loadReceiverConfig, loadWorkerConfig } from "../../../lib/config.ts";
import { METRICS, QUEUE, STACK, TABLE } from "../../../lib/contract.ts";
import { REPLICA_LAG_MS } from "../../../lib/domain/suspicion.ts";
import { FUNCTION_IDS } from "../../fixtures/bundled-functions.ts";
import { listStatements, readEnvironment, synthStack } from "./synth-stack.ts";

const ROLES = {
  receiver: "WebhookDoorReceiverRole",
  worker: "ChangeWorkerRole",
  reconciler: "NightlyPassReconcilerRole",
  api: "RecordsApiFunctionRole",
} as const;

const SETTINGS = {
  dealStages: "11, 22",
  exclusionValues: ["no", "raus"],
  reconcileSchedule: "cron(30 3 * * ? *)",
  reconcileTimeZone: "Europe/Vienna",
  alarmEmail: "ops@example.com",
};

let template: Template;
beforeAll(() => {
  ({ template } = synthStack(SETTINGS));
});

describe("SyncStack's roles", () => {
  it("let receive-webhook send to one queue and read one secret, and nothing else but log and trace", () => {
    const own = listStatements(template, ROLES.receiver).filter(({ Action }) => !isTelemetry(Action));
    expect(own).toEqual([
      {
        Effect: "Allow",
        Action: ["sqs:SendMessage"],
        Resource: { "Fn::GetAtt": [logicalId("AWS::SQS::Queue", "ChangeQueueChanges"), "Arn"] },
      },
      {
        Effect: "Allow",
        Action: ["secretsmanager:GetSecretValue"],
        Resource: { Ref: logicalId("AWS::SecretsManager::Secret", "SecretsClientSecret") },
      },
    ]);
  });

  it("have no wildcard but X-Ray's two actions, which IAM cannot narrow", () => {
    const all = listStatements(template, "");
    expect(all.length).toBeGreaterThan(10);
    const wide = all.filter(({ Action, Resource }) => JSON.stringify([Action, Resource]).includes("*"));
    expect(wide.length).toBeGreaterThan(0);
    for (const { Action } of wide) expect(Action).toEqual(["xray:PutTraceSegments", "xray:PutTelemetryRecords"]);
  });

  it("use no managed policy, which would reach beyond this stack", () => {
    for (const role of Object.values(template.findResources("AWS::IAM::Role"))) {
      expect(role).not.toHaveProperty("Properties.ManagedPolicyArns");
    }
  });

  it("belong to one function each", () => {
    const roles = Object.values(template.findResources("AWS::Lambda::Function")).map((found) =>
      JSON.stringify(z.object({ Properties: z.object({ Role: z.unknown() }) }).parse(found).Properties.Role),
    );
    expect(new Set(roles).size).toBe(5);
  });

  it.each([
    ["process-changes", ROLES.worker],
    ["reconcile", ROLES.reconciler],
    ["records-api", ROLES.api],
  ])("let %s call of the table exactly what its code calls", (file, role) => {
    const granted = listStatements(template, role).flatMap(({ Action }) => Action);
    const onTable = granted.filter((action) => action.startsWith("dynamodb:"));
    expect([...new Set(onTable)].sort()).toEqual(listTableActions(file));
  });

  it("let process-changes postpone messages of its queue, by what the event source grants", () => {
    const queueArn = { "Fn::GetAtt": [logicalId("AWS::SQS::Queue", "ChangeQueueChanges"), "Arn"] };
    const granted = listStatements(template, ROLES.worker).filter(({ Action }) =>
      Action.includes("sqs:ChangeMessageVisibility"),
    );
    expect(granted.map(({ Resource }) => Resource)).toEqual([queueArn]);
  });

  it.each([
    [ROLES.worker, ["byCustomer"]],
    [ROLES.reconciler, ["byCustomer", "byState"]],
    [ROLES.api, ["byCustomer", "byState"]],
  ])("let %s query the indexes %j", (role, indexes) => {
    const resources = JSON.stringify(listStatements(template, role).map(({ Resource }) => Resource));
    const named = [...resources.matchAll(/\/index\/(?<name>\w+)/gu)].map(({ groups }) => groups?.["name"]);
    expect(named).toEqual(indexes);
  });
});

describe("SyncStack's functions", () => {
  it("run on Node 24 and arm64, traced, with a log group of their own", () => {
    const functions = ownFunctions();
    expect(Object.keys(functions)).toHaveLength(4);
    for (const lambda of Object.values(functions)) {
      expect(lambda).toMatchObject({
        Properties: {
          Runtime: "nodejs24.x",
          Architectures: ["arm64"],
          TracingConfig: { Mode: "Active" },
          LoggingConfig: { LogFormat: "JSON", LogGroup: { Ref: expect.any(String) } },
        },
      });
    }
  });

  it("may hand work back to their own queue for as long as it takes, if they do so on purpose, and no others", () => {
    const loops = Object.entries(ownFunctions()).map(([id, lambda]) => [
      id.replace(/Lambda[0-9A-F]*$/u, ""),
      z.object({ Properties: z.object({ RecursiveLoop: z.string() }) }).parse(lambda).Properties.RecursiveLoop,
    ]);
    expect(Object.fromEntries(loops)).toEqual({
      WebhookDoorReceiver: "Terminate",
      ChangeWorker: "Allow",
      NightlyPassReconciler: "Allow",
      RecordsApiFunction: "Terminate",
    });
  });

  it("keep every log for a bounded time", () => {
    const groups = Object.values(template.findResources("AWS::Logs::LogGroup"));
    expect(groups).toHaveLength(7);
    for (const group of groups) expect(group).toMatchObject({ Properties: { RetentionInDays: 90 } });
  });

  it("answer HubSpot before it gives up after five seconds", () => {
    expect(
      countOf("AWS::Lambda::Function", {
        Description: Match.stringLikeRegexp("Verifies HubSpot's webhooks"),
        Timeout: 4,
      }),
    ).toBe(1);
  });

  it.each([
    ["receive-webhook", "WebhookDoorReceiverLambda", loadReceiverConfig],
    ["process-changes", "ChangeWorkerLambda", loadWorkerConfig],
    ["reconcile", "NightlyPassReconcilerLambda", loadPassConfig],
    ["records-api", "RecordsApiFunctionLambda", loadApiConfig],
  ])("give %s an environment that its own loader accepts", (_name, id, load) => {
    const env = Object.entries(readEnvironment(template, id)).map(([name, value]) => [name, resolve(name, value)]);
    expect(() => load(Object.fromEntries(env))).not.toThrow();
  });

  it("hand the settings on as the rules read them", () => {
    expect(readEnvironment(template, "ChangeWorkerLambda")).toMatchObject({
      DEAL_STAGES: "11, 22",
      EXCLUSION_PROPERTY: "zep",
      EXCLUSION_VALUES: "no,raus",
      MAX_RECEIVES: String(QUEUE.maxReceives),
    });
  });

  it("tell records-api where a day begins", () => {
    expect(readEnvironment(template, "RecordsApiFunctionLambda")).toMatchObject({
      TIME_ZONE: SETTINGS.reconcileTimeZone,
    });
  });

  it.each(Object.values(FUNCTION_IDS))(
    "put this stack's name on the metrics of %s, and its sources in stack traces",
    (id) => {
      expect(readEnvironment(template, id)).toMatchObject({
        POWERTOOLS_SERVICE_NAME: "Test",
        NODE_OPTIONS: "--enable-source-maps",
      });
    },
  );
});

describe("SyncStack's queues", () => {
  it("are encrypted and refuse connections without TLS", () => {
    const queues = template.findResources("AWS::SQS::Queue");
    expect(Object.keys(queues)).toHaveLength(4);
    for (const [id, queue] of Object.entries(queues)) {
      expect(queue).toMatchObject({ Properties: { SqsManagedSseEnabled: true } });
      expect(
        countOf("AWS::SQS::QueuePolicy", {
          Queues: [{ Ref: id }],
          PolicyDocument: {
            Statement: Match.arrayWith([
              Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
            ]),
          },
        }),
      ).toBe(1);
    }
  });

  it("hide a change for six times the worker's timeout and give it up after the contract's receives", () => {
    const { Timeout } = timeoutOf("ChangeWorkerLambda");
    expect(
      countOf("AWS::SQS::Queue", {
        VisibilityTimeout: 6 * Timeout,
        DelaySeconds: QUEUE.deliveryDelaySeconds,
        RedrivePolicy: {
          maxReceiveCount: QUEUE.maxReceives,
          deadLetterTargetArn: { "Fn::GetAtt": [logicalId("AWS::SQS::Queue", "ChangeQueueDeadLetters"), "Arn"] },
        },
      }),
    ).toBe(1);
  });

  it("hide a pass for longer than one invocation lasts", () => {
    const { Timeout } = timeoutOf("NightlyPassReconcilerLambda");
    expect(Timeout).toBe(900);
    expect(countOf("AWS::SQS::Queue", { VisibilityTimeout: 960, RedrivePolicy: Match.anyValue() })).toBe(1);
  });

  it("gather changes for the worker and report failures per message", () => {
    expect(
      countOf("AWS::Lambda::EventSourceMapping", {
        BatchSize: QUEUE.batchSize,
        MaximumBatchingWindowInSeconds: QUEUE.batchWindowSeconds,
        ScalingConfig: { MaximumConcurrency: 2 },
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      }),
    ).toBe(1);
  });

  it("give reconcile one pass at a time without reserving the account's concurrency", () => {
    expect(
      countOf("AWS::Lambda::EventSourceMapping", {
        BatchSize: 1,
        ScalingConfig: { MaximumConcurrency: 2 },
      }),
    ).toBe(1);
    expect(countOf("AWS::Lambda::Function", { ReservedConcurrentExecutions: Match.anyValue() })).toBe(0);
  });
});

describe("SyncStack's table", () => {
  it("survives the stack and a slip of the hand, encrypted and with a way back in time", () => {
    const found = template.findResources("AWS::DynamoDB::GlobalTable", {
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: {
        BillingMode: "PAY_PER_REQUEST",
        SSESpecification: { SSEEnabled: true, SSEType: "KMS" },
        TimeToLiveSpecification: { AttributeName: TABLE.expiresAt, Enabled: true },
        Replicas: [
          Match.objectLike({
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          }),
        ],
      },
    });
    expect(Object.keys(found)).toHaveLength(1);
  });

  it("has the keys and the two indexes of the contract", () => {
    expect(
      countOf("AWS::DynamoDB::GlobalTable", {
        KeySchema: keySchemaOf(TABLE),
        GlobalSecondaryIndexes: [TABLE.byCustomer, TABLE.byState].map((index) => ({
          IndexName: index.indexName,
          KeySchema: keySchemaOf(index),
          Projection: { ProjectionType: "KEYS_ONLY" },
        })),
      }),
    ).toBe(1);
  });
});

describe("SyncStack's secrets", () => {
  it("are created empty and stay, but not of a stack whose creation failed, for nobody has filled them", () => {
    const secrets = Object.values(template.findResources("AWS::SecretsManager::Secret"));
    expect(secrets).toHaveLength(2);
    for (const secret of secrets) {
      expect(secret).toMatchObject({ DeletionPolicy: "RetainExceptOnCreate", UpdateReplacePolicy: "Retain" });
      expect(secret).not.toHaveProperty("Properties.SecretString");
      expect(secret).not.toHaveProperty("Properties.GenerateSecretString");
    }
  });
});

describe("SyncStack's doors", () => {
  it("are throttled", () => {
    const stages = Object.values(template.findResources("AWS::ApiGatewayV2::Stage"));
    expect(stages).toHaveLength(2);
    for (const stage of stages) {
      expect(stage).toMatchObject({
        Properties: {
          DefaultRouteSettings: { ThrottlingRateLimit: expect.any(Number), ThrottlingBurstLimit: expect.any(Number) },
        },
      });
    }
  });

  it("log no address, agent or identity", () => {
    for (const stage of Object.values(template.findResources("AWS::ApiGatewayV2::Stage"))) {
      const log = JSON.stringify(stage);
      expect(log).toContain("$context.requestId");
      expect(log).not.toMatch(/identity|authorizer|sourceIp|userAgent|\$context\.path/iu);
    }
  });

  it("are open for POST /webhook alone; everything else is signed with IAM", () => {
    const route = z.object({ Properties: z.object({ RouteKey: z.string(), AuthorizationType: z.string() }) });
    const routes = Object.values(template.findResources("AWS::ApiGatewayV2::Route")).map(
      (found) => route.parse(found).Properties,
    );
    expect(routes).toEqual(
      expect.arrayContaining([
        { RouteKey: "POST /webhook", AuthorizationType: "NONE" },
        { RouteKey: "$default", AuthorizationType: "AWS_IAM" },
      ]),
    );
    expect(routes).toHaveLength(2);
  });
});

describe("SyncStack's schedule", () => {
  it("starts a pass in the admin's time zone, with retries and a dead-letter queue", () => {
    expect(
      countOf("AWS::Scheduler::Schedule", {
        ScheduleExpression: SETTINGS.reconcileSchedule,
        ScheduleExpressionTimezone: SETTINGS.reconcileTimeZone,
        State: "ENABLED",
        Target: {
          Arn: { "Fn::GetAtt": [logicalId("AWS::SQS::Queue", "NightlyPassPasses"), "Arn"] },
          Input: '{"start":true,"cause":"schedule"}',
          RetryPolicy: { MaximumRetryAttempts: 10 },
          DeadLetterConfig: Match.anyValue(),
        },
      }),
    ).toBe(1);
  });
});

describe("SyncStack's pass after a change of settings", () => {
  it("is not started by the first deployment, whose secrets are still empty", () => {
    expect(JSON.stringify(startOf(template)["Create"])).toContain("getQueueAttributes");
    expect(JSON.stringify(startOf(template)["Update"])).toContain("sendMessage");
  });

  it.each([{ dealStages: "11" }, { exclusionProperty: "zep2" }, { exclusionValues: ["no"] }])(
    "is started when %j decides about records",
    (changed) => {
      expect(startOf(synthStack({ ...SETTINGS, ...changed }).template)).not.toEqual(startOf(template));
    },
  );

  it("is not started by settings that decide about nothing", () => {
    const other = { ...SETTINGS, alarmEmail: "", reconcileSchedule: "rate(1 day)" };
    expect(startOf(synthStack(other).template)).toEqual(startOf(template));
  });

  it("waits until the functions run with the new settings", () => {
    const starter = Object.values(template.findResources("Custom::StartPass"))[0];
    const { DependsOn } = z.object({ DependsOn: z.array(z.string()) }).parse(starter);
    for (const id of ["ChangeWorkerLambda", "NightlyPassReconcilerLambda", "RecordsApiFunctionLambda"]) {
      expect(DependsOn).toContainEqual(expect.stringContaining(id));
    }
  });

  it("waits until the lists show all that runs with the former settings have written", () => {
    const started = JSON.stringify(startOf(template)["Update"]);
    const delaySeconds = Number(/DelaySeconds\D+(\d+)/u.exec(started)?.[1]);
    const functions = template.findResources("AWS::Lambda::Function");
    const worker = Object.entries(functions).find(([id]) => id.startsWith("ChangeWorkerLambda"))?.[1];
    const { Properties } = z.object({ Properties: z.object({ Timeout: z.number() }) }).parse(worker);
    expect(delaySeconds).toBe(Properties.Timeout + REPLICA_LAG_MS / 1000);
  });
});

describe("SyncStack's alarms", () => {
  const IDS = [
    "SignatureRejected",
    "EnqueueFailed",
    "OldestChange",
    "DeadLetters",
    "RecordsFailing",
    "FunctionErrors",
    "FunctionThrottles",
    "RateLimited",
    "DailyQuota",
    "TokenRejected",
    "StageUnknown",
    "PassFailed",
    "PassStopped",
    "PassMissing",
    "WebhooksMissing",
    "Drift",
  ];

  it.each(IDS)("watch %s, say in the mail what the runbook says, and tell the topic", (id) => {
    const topic = { Ref: logicalId("AWS::SNS::Topic", "AlarmsTopic") };
    expect(alarmOf(id)).toMatchObject({
      AlarmDescription: readRunbook(id),
      AlarmActions: [topic],
      OKActions: [topic],
    });
  });

  it("are these and no others, so that none lacks a runbook", () => {
    expect(countOf("AWS::CloudWatch::Alarm", {})).toBe(IDS.length);
  });

  it("watch nothing that no code tells", () => {
    const code = listSources("lib/").join("\n");
    const told = Object.entries(METRICS).filter(([key]) => code.includes(`METRICS.${key}`));
    expect(told.map(([, name]) => name)).toEqual(expect.arrayContaining([...WATCHED]));
    expect(told).toHaveLength(Object.keys(METRICS).length);
  });

  it("watch our metrics under the dimension that the functions put on them", () => {
    const watched = Object.values(template.findResources("AWS::CloudWatch::Alarm")).flatMap(listOwnMetrics);
    const names = watched.map(({ MetricName }) => MetricName);
    expect(names.toSorted()).toEqual(WATCHED.toSorted());
    for (const { Dimensions } of watched) expect(Dimensions).toEqual([{ Name: "service", Value: "Test" }]);
  });

  it.each(["RecordsFailing", "StageUnknown", "PassFailed", "PassStopped", "WebhooksMissing"])(
    "keep %s until the next pass has spoken, which is longer than a day",
    (id) => {
      expect(alarmOf(id)).toMatchObject({ Period: 3600, EvaluationPeriods: 26, DatapointsToAlarm: 1 });
    },
  );

  it("take a change for old by its own age as well, which being handed back does not reset", () => {
    const { Metrics, EvaluationPeriods } = alarmOf("OldestChange");
    expect(JSON.stringify(Metrics)).toContain(METRICS.oldestChangeSeconds);
    expect(JSON.stringify(Metrics)).toContain("ApproximateAgeOfOldestMessage");
    // Longer than SQS can delay a message.
    expect(Number(EvaluationPeriods) * 300).toBeGreaterThan(900);
  });

  it("take 26 hours without a successful pass as bad, also when nothing reports", () => {
    expect(
      countOf("AWS::CloudWatch::Alarm", {
        EvaluationPeriods: 26,
        TreatMissingData: "breaching",
        Metrics: Match.arrayWith([Match.objectLike({ Expression: Match.stringLikeRegexp("succeeded") })]),
      }),
    ).toBe(1);
  });

  it("may publish to the topic, whose own policy would keep them from it", () => {
    const topic = { Ref: logicalId("AWS::SNS::Topic", "AlarmsTopic") };
    const allowed = {
      Effect: "Allow",
      Action: "sns:Publish",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Resource: topic,
      Condition: {
        StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } },
        ArnLike: { "aws:SourceArn": { "Fn::Join": ["", Match.arrayWith([":alarm:*"])] } },
      },
    };
    const PolicyDocument = { Statement: Match.arrayWith([Match.objectLike(allowed)]) };
    expect(countOf("AWS::SNS::TopicPolicy", { Topics: [topic], PolicyDocument })).toBe(1);
  });

  it("reach the address of the settings", () => {
    expect(countOf("AWS::SNS::Subscription", { Protocol: "email", Endpoint: SETTINGS.alarmEmail })).toBe(1);
  });
});

describe("SyncStack's outputs", () => {
  it.each(Object.values(STACK.outputs))("tell %s", (name) => {
    expect(Object.keys(template.findOutputs(name))).toEqual([name]);
  });

  it("show the custom URL when HubSpot calls one", () => {
    const publicUrl = "https://hooks.example.com/webhook";
    const outputs = synthStack({ publicUrl }).template.findOutputs(STACK.outputs.webhookUrl);
    expect(outputs).toMatchObject({ [STACK.outputs.webhookUrl]: { Value: publicUrl } });
  });
});

describe("SyncStack's dashboard", () => {
  it("shows everything that is refused at the door", () => {
    const body = JSON.stringify(template.findResources("AWS::CloudWatch::Dashboard"));
    const { signatureRejected, deliveryTooLarge, enqueueFailed, unknownEvents } = METRICS;
    for (const name of [signatureRejected, deliveryTooLarge, enqueueFailed, unknownEvents])
      expect(body).toContain(`\\"${name}\\"`);
  });

  it("lists our warnings, and what only Lambda tells: a function that ran out of time or memory", () => {
    const body = JSON.stringify(template.findResources("AWS::CloudWatch::Dashboard")).replaceAll("\\", "");
    expect(body).toContain('filter level in ["WARN", "ERROR", "CRITICAL"]');
    expect(body).toContain('or record.status in ["timeout", "error", "failure"]');
    expect(body).toMatch(/fields [^|]*\brecord\.status\b/u);
  });
});

/** Our metrics that some alarm watches. Each of them is emitted somewhere in lib/: a test holds it. */
const WATCHED: readonly string[] = [
  METRICS.signatureRejected,
  METRICS.enqueueFailed,
  METRICS.oldestChangeSeconds,
  METRICS.recordsFailing,
  METRICS.hubspotCalls,
  METRICS.hubspotRateLimited,
  METRICS.hubspotDailyUsedPercent,
  METRICS.tokenRejected,
  METRICS.stageUnknown,
  METRICS.passFailed,
  METRICS.passStopped,
  METRICS.passSucceeded,
  METRICS.passRepaired,
  METRICS.webhooksMissing,
];

const metric = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.unknown()).optional(),
});

/** The metrics of our namespace in an alarm, alone or in its expression. */
function listOwnMetrics(alarm: unknown): readonly z.output<typeof metric>[] {
  const { Properties } = z
    .object({ Properties: z.looseObject({ Metrics: z.array(z.unknown()).optional() }) })
    .parse(alarm);
  const parts = (Properties.Metrics ?? []).map(
    (part) =>
      z.looseObject({ MetricStat: z.looseObject({ Metric: z.unknown() }).optional() }).parse(part).MetricStat?.Metric,
  );
  return [Properties, ...parts].flatMap((part) => {
    const parsed = metric.safeParse(part);
    return parsed.success && parsed.data.Namespace === METRICS.namespace ? [parsed.data] : [];
  });
}

function alarmOf(id: string): Readonly<Record<string, unknown>> {
  const found = Object.entries(template.findResources("AWS::CloudWatch::Alarm")).find(([name]) =>
    name.startsWith(`Alarms${id}`),
  );
  return z.object({ Properties: z.record(z.string(), z.unknown()) }).parse(found?.[1]).Properties;
}

/** How many resources of a type have at least these properties. */
function countOf(type: string, properties: unknown, from: Template = template): number {
  return Object.keys(from.findResources(type, { Properties: properties })).length;
}

function keySchemaOf(keys: { readonly partitionKey: string; readonly sortKey: string }) {
  return [
    { AttributeName: keys.partitionKey, KeyType: "HASH" },
    { AttributeName: keys.sortKey, KeyType: "RANGE" },
  ];
}

function startOf(from: Template): Readonly<Record<string, unknown>> {
  const found = Object.values(from.findResources("Custom::StartPass"))[0];
  return z.object({ Properties: z.record(z.string(), z.unknown()) }).parse(found).Properties;
}

function isTelemetry(actions: readonly string[]): boolean {
  return actions.every((action) => action.startsWith("logs:") || action.startsWith("xray:"));
}

function ownFunctions() {
  const all = template.findResources("AWS::Lambda::Function");
  return Object.fromEntries(Object.entries(all).filter(([id]) => !id.startsWith("AWS")));
}

function logicalId(type: string, prefix: string): string {
  const id = Object.keys(template.findResources(type)).find((name) => name.startsWith(prefix));
  if (id === undefined) throw new Error(`no ${type} starts with ${prefix}`);
  return id;
}

function timeoutOf(prefix: string) {
  const found = Object.entries(ownFunctions()).find(([id]) => id.startsWith(prefix));
  return z.object({ Properties: z.object({ Timeout: z.number() }) }).parse(found?.[1]).Properties;
}

/** What deployment puts in place of a reference. */
function resolve(name: string, value: unknown): unknown {
  if (typeof value === "string") return value;
  if (name.endsWith("_ARN")) return "arn:aws:secretsmanager:eu-central-1:111122223333:secret:x-abc";
  return name.endsWith("_URL") ? "https://sqs.eu-central-1.amazonaws.com/111122223333/x" : "x";
}

function listSources(folder: string): readonly string[] {
  const root = new URL(`../../../${folder}`, import.meta.url);
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && file !== "contract.ts")
    .map((file) => readFileSync(new URL(file, root), "utf8"));
}

/** The DynamoDB actions behind the commands in what a function loads, whatever way leads there. */
function listTableActions(file: string): readonly string[] {
  const names = listLoaded(new URL(`../../../functions/${file}.ts`, import.meta.url))
    .join("\n")
    .matchAll(/new ([A-Z][A-Za-z]+)Command\(/gu);
  const actions = [...names].map(([, name]) => `dynamodb:${name}`).filter((action) => TABLE_ACTIONS.has(action));
  return [...new Set(actions)].sort();
}

/** Those that IAM knows; a transaction has none of its own: each of its puts is authorised as a put. */
const TABLE_ACTIONS: ReadonlySet<string> = new Set(
  ["BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"].map(
    (action) => `dynamodb:${action}`,
  ),
);

/** Texts of a source and of all our own that it imports for more than their types, and so on. */
function listLoaded(file: URL, seen: Set<string> = new Set()): readonly string[] {
  if (seen.has(file.href)) return [];
  seen.add(file.href);
  const text = readFileSync(file, "utf8");
  const imports = text.matchAll(/^(?:import|export) (?!type )[^;]*?from "(?<from>\.[^"]+)";$/gmu);
  return [text, ...[...imports].flatMap(({ groups }) => listLoaded(new URL(groups?.["from"] ?? "", file), seen))];
}
