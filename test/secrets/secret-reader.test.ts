import {
  GetSecretValueCommand,
  InternalServiceError,
  ResourceNotFoundException,
  type SecretsManagerClient,
  SecretsManagerServiceException,
} from "@aws-sdk/client-secrets-manager";
import { describe, expect, it } from "vitest";
import { createSecretReader, parseSecret } from "../../lib/secrets/secret-reader.ts";

const ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:token-AbCdEf";

/** Answers one after the other; the last one again and again. */
function stubReader(...answers: readonly (string | Error)[]) {
  const asked: unknown[] = [];
  const clock = { atMs: 1_000_000, now: () => clock.atMs };
  const client: Pick<SecretsManagerClient, "send"> = {
    send: async (command: unknown) => {
      asked.push(command instanceof GetSecretValueCommand ? command.input.SecretId : command);
      const answer = answers[Math.min(asked.length, answers.length) - 1];
      if (answer instanceof Error) throw answer;
      return { SecretString: answer, $metadata: {} };
    },
  };
  return { reader: createSecretReader({ arn: ARN, client, clock }), asked, clock };
}

describe("createSecretReader", () => {
  it("asks for its secret once, also for readers at the same time", async () => {
    const { reader, asked } = stubReader("a");
    expect(await Promise.all([reader.read(), reader.read()])).toEqual([["a"], ["a"]]);
    expect(await reader.read()).toEqual(["a"]);
    expect(asked).toEqual([ARN]);
  });

  it("asks again on demand, but not within 30 seconds of the last time", async () => {
    const { reader, asked, clock } = stubReader("old", "new");
    await reader.read();
    clock.atMs += 29_999;
    expect(await reader.reread()).toEqual(["old"]);
    clock.atMs += 1;
    expect(await reader.reread()).toEqual(["new"]);
    expect(await reader.read()).toEqual(["new"]);
    expect(asked).toHaveLength(2);
  });

  it("does not remember a failure", async () => {
    const { reader } = stubReader(new Error("socket hang up"), "a");
    await expect(reader.read()).rejects.toMatchObject({ name: "RetryableError", code: "unreachable" });
    expect(await reader.read()).toEqual(["a"]);
  });

  it("keeps the old value for readers when asking again fails", async () => {
    const { reader, clock } = stubReader("old", new Error("socket hang up"));
    await reader.read();
    clock.atMs += 30_000;
    await expect(reader.reread()).rejects.toMatchObject({ code: "unreachable" });
    expect(await reader.read()).toEqual(["old"]);
  });

  it.each([
    ["has no value yet", new ResourceNotFoundException({ message: "", $metadata: {} })],
    ["is blank", " \n"],
    ["is an empty list", "[]"],
    ["is JSON of another kind", '{"a":{"b":1}}'],
    ["is broken JSON", '["secret-value'],
  ])("names the secret and the command that fills it when the secret %s", async (_case, answer) => {
    const { reader } = stubReader(answer);
    await expect(reader.read()).rejects.toMatchObject({
      name: "NonRetryableError",
      code: "misconfigured",
      message: expect.stringMatching(/secret:token-AbCdEf .*npx hubspot-zep secrets/u),
    });
    await expect(reader.read()).rejects.not.toMatchObject({ message: expect.stringContaining("secret-value") });
  });

  it.each([
    [new InternalServiceError({ message: "", $metadata: {} }), "RetryableError"],
    [serviceError("ThrottlingException", "client"), "RetryableError"],
    [serviceError("AccessDeniedException", "client"), "NonRetryableError"],
  ])("turns %s into a %s", async (error, name) => {
    await expect(stubReader(error).reader.read()).rejects.toMatchObject({ name });
  });
});

describe("parseSecret", () => {
  it.each([
    ["abc", ["abc"]],
    ["  abc\n", ["abc"]],
    ["new old", ["new", "old"]],
    ["new\r\nold\n", ["new", "old"]],
    ['["new", " old "]', ["new", "old"]],
    ['{"token":"abc"}', ["abc"]],
    ['["", "abc"]', ["abc"]],
    ["", []],
  ])("reads %j as %j", (text, values) => {
    expect(parseSecret(text)).toEqual(values);
  });

  it.each(["[1]", "{", "[[]]"])("does not guess what %j means", (text) => {
    expect(parseSecret(text)).toBeUndefined();
  });
});

function serviceError(name: string, fault: "client" | "server"): SecretsManagerServiceException {
  return new SecretsManagerServiceException({ name, $fault: fault, message: "", $metadata: { httpStatusCode: 400 } });
}
