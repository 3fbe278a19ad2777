import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createScriptedTerminal, type ScriptedAnswer, type ScriptedTerminal } from "../fixtures/scripted-terminal.ts";
import { SECRET_ARNS, startStubAws, type StubAws } from "../fixtures/stub-aws.ts";

const NOWHERE = { queueUrl: "http://127.0.0.1:1/q", deadLetterQueueUrl: "http://127.0.0.1:1/d" };
const TYPED = "s3cr3t-of-any-shape/with+signs=";

let aws: StubAws;
let folder: string;
beforeAll(async () => {
  aws = await startStubAws({ sqsEndpoint: "http://127.0.0.1:1", dynamoDbEndpoint: "http://127.0.0.1:1" });
  folder = await mkdtemp(join(tmpdir(), "hubspot-zep-"));
  aws.scene.stack = aws.deployed({
    webhookUrl: "https://example.com/webhook",
    recordsApiUrl: "https://example.com",
    tableName: "records",
    changes: NOWHERE,
    passes: NOWHERE,
  });
});
afterAll(async () => {
  await aws.stop();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  for (const arn of Object.values(SECRET_ARNS)) aws.scene.secrets.set(arn, undefined);
});

function openTerminal(options: {
  readonly input?: string;
  readonly answers?: readonly ScriptedAnswer[];
}): ScriptedTerminal {
  return createScriptedTerminal({ folder, env: aws.env, ...options });
}

const stored = (name: keyof typeof SECRET_ARNS): string | undefined => aws.scene.secrets.get(SECRET_ARNS[name]);

describe("secrets set", () => {
  it.each([
    ["access-token", "accessToken"],
    ["client-secret", "clientSecret"],
  ] as const)("stores the %s that is piped in, without the line's end", async (name, secret) => {
    const terminal = openTerminal({ input: `${TYPED}\r\n` });
    expect(await terminal.run("secrets", "set", name)).toBe(0);
    expect(stored(secret)).toBe(TYPED);
    expect(terminal.screen() + terminal.errors()).not.toContain(TYPED);
  });

  it("asks a person for the value and does not show it", async () => {
    const terminal = openTerminal({ answers: [[/The access token \(not shown\)/u, TYPED]] });
    expect(await terminal.run("secrets", "set", "access-token", "--aws")).toBe(0);
    expect(stored("accessToken")).toBe(TYPED);
    expect(terminal.screen()).not.toContain(TYPED);
  });

  it.each([
    ["", "is empty"],
    [" \n", "is empty"],
    ["two words", "has spaces or line breaks in it"],
    ["two\nlines", "has spaces or line breaks in it"],
    ["zero\u200Bwidth", "has characters in it that a keyboard does not type"],
    ['["json"]', "looks like JSON"],
    ['"quoted"', "is in quotation marks"],
  ])("refuses %j without showing it", async (input, why) => {
    const terminal = openTerminal({ input });
    expect(await terminal.run("secrets", "set", "access-token")).toBe(1);
    expect(terminal.errors()).toMatch(new RegExp(`^The access token ${why}.*; nothing was stored\\.\n$`, "u"));
    expect(terminal.errors().includes(input.trim())).toBe(input.trim() === "");
    expect(stored("accessToken")).toBeUndefined();
  });

  it("keeps the present client secret beside the new one with --add, and no third one", async () => {
    for (const input of ["first", "second", "third"])
      expect(await openTerminal({ input }).run("secrets", "set", "client-secret", "--add")).toBe(0);
    expect(stored("clientSecret")).toBe('["third","second"]');
  });

  it("takes a client secret that is there already for one", async () => {
    for (const input of ["first", "first"])
      await openTerminal({ input }).run("secrets", "set", "client-secret", "--add");
    expect(stored("clientSecret")).toBe("first");
  });

  it("replaces both client secrets without --add", async () => {
    aws.scene.secrets.set(SECRET_ARNS.clientSecret, '["new","old"]');
    await openTerminal({ input: "only" }).run("secrets", "set", "client-secret");
    expect(stored("clientSecret")).toBe("only");
  });

  it.each([
    ["access-token --add", "--add is for the client secret"],
    ["password", '"password" is no secret; the secrets are access-token and client-secret.'],
    ["", "missing required argument 'name'"],
  ])("says what is wrong with `secrets set %s`", async (words, sentence) => {
    const terminal = openTerminal({ input: TYPED });
    expect(await terminal.run("secrets", "set", ...words.split(" ").filter(Boolean))).toBe(2);
    expect(terminal.errors()).toContain(sentence);
    expect([...aws.scene.secrets.values()]).toEqual([undefined, undefined]);
  });

  it("asks for the value only once it knows where to store it", async () => {
    const terminal = openTerminal({ answers: [] });
    expect(await terminal.run("secrets", "set", "access-token", "--stack", "Other")).toBe(1);
    expect(terminal.errors()).toContain("There is no stack Other in eu-central-1");
  });
});

describe("secrets finish-rotation", () => {
  it("drops the older client secret", async () => {
    aws.scene.secrets.set(SECRET_ARNS.clientSecret, '["new","old"]');
    const terminal = openTerminal({});
    expect(await terminal.run("secrets", "finish-rotation", "--aws")).toBe(0);
    expect(stored("clientSecret")).toBe("new");
    expect(terminal.screen()).toBe("Only the newest client secret is accepted now.\n");
  });

  it("leaves a single client secret as it is", async () => {
    aws.scene.secrets.set(SECRET_ARNS.clientSecret, "only");
    const terminal = openTerminal({});
    expect(await terminal.run("secrets", "finish-rotation", "--json")).toBe(0);
    expect(stored("clientSecret")).toBe("only");
    expect(JSON.parse(terminal.screen())).toEqual({ removed: 0 });
  });

  it("names the command that fills an empty one", async () => {
    const terminal = openTerminal({});
    expect(await terminal.run("secrets", "finish-rotation")).toBe(1);
    expect(terminal.errors()).toContain("npx hubspot-zep secrets set client-secret");
  });
});
