import { describe, expect, it } from "vitest";
import { spellCommand } from "../../lib/cli/target.ts";

describe("spellCommand", () => {
  it.each<[options: Record<string, unknown>, command: string]>([
    [{}, "npx hubspot-zep health"],
    [{ json: true, watch: true }, "npx hubspot-zep health"],
    [{ url: "http://127.0.0.1:9000" }, "npx hubspot-zep health --url http://127.0.0.1:9000"],
    [{ aws: true }, "npx hubspot-zep health --aws"],
    [
      { aws: true, stack: "Zweites", profile: "Kunde A", region: "eu-central-1" },
      'npx hubspot-zep health --aws --stack Zweites --profile "Kunde A" --region eu-central-1',
    ],
    // Without --aws they choose nothing.
    [{ stack: "Zweites", profile: "a", region: "b" }, "npx hubspot-zep health"],
  ])("leads another command to the records of %j", (options, command) => {
    expect(spellCommand({ options }, "health")).toBe(command);
  });
});
