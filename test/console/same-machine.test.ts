import { describe, expect, it } from "vitest";
import { isSameMachine } from "../../lib/console/same-machine.ts";

describe("isSameMachine", () => {
  it.each([
    [{ host: "127.0.0.1:8787" }, true],
    [{ host: "localhost:8787" }, true],
    [{ host: "127.0.0.1:8787", origin: "http://127.0.0.1:8787" }, true],
    [{ host: "127.0.0.1:8787", origin: "https://evil.example" }, false],
    [{ host: "127.0.0.1:8787", origin: "null" }, false],
    [{ host: "rebound.example:8787" }, false],
    [{ host: "127.0.0.1.evil.example" }, false],
    [{}, false],
  ])("judges %j as %j", (headers, expected) => {
    expect(isSameMachine(headers)).toBe(expected);
  });
});
