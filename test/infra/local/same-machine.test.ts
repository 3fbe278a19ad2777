import { describe, expect, it } from "vitest";
import { toHttpEvent } from "../../../infra/local/http-door.ts";
import { forSameMachine } from "../../../infra/local/same-machine.ts";

const handler = forSameMachine(() => Promise.resolve({ statusCode: 200 }));

describe("forSameMachine", () => {
  it.each([
    ["a program", { host: "127.0.0.1:8787" }, 200],
    ["a program that says localhost", { host: "localhost:8787" }, 200],
    ["a page of this machine", { host: "127.0.0.1:8787", origin: "http://127.0.0.1:8787" }, 200],
    ["a page of another site", { host: "127.0.0.1:8787", origin: "https://evil.example" }, 403],
    ["a page without a site", { host: "127.0.0.1:8787", origin: "null" }, 403],
    ["another name for this machine", { host: "rebound.example:8787" }, 403],
    ["a name that only begins so", { host: "127.0.0.1.evil.example" }, 403],
    ["nobody's name", {}, 403],
  ])("knows %s: %j", async (_who, headers, status) => {
    const event = toHttpEvent({ method: "GET", url: "/v1/customers", headers }, Buffer.alloc(0));
    expect(await handler(event)).toMatchObject({ statusCode: status });
  });
});
