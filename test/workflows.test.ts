import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const FOLDER = new URL("../.github/workflows/", import.meta.url);
const WORKFLOWS = readdirSync(FOLDER).map((file) => [file, readFileSync(new URL(file, FOLDER), "utf8")] as const);

describe("the GitHub workflows", () => {
  it.each(WORKFLOWS)(
    "%s runs only actions that nobody can exchange: their commit is named, not a tag",
    (_file, text) => {
      const used = [...text.matchAll(/\buses:(?<action>.*)$/gmu)].map(({ groups }) => groups?.["action"]?.trim());
      expect(used.length).toBeGreaterThan(0);
      for (const action of used) expect(action).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/u);
    },
  );

  it.each(WORKFLOWS)(
    "%s may read the repository and nothing else, and leaves its token to no later step",
    (_file, text) => {
      expect(text.match(/permissions:/gu)).toHaveLength(1);
      expect(text).toContain("\npermissions:\n  contents: read\njobs:\n");
      expect(text.match(/persist-credentials: false/gu)).toHaveLength(text.match(/actions\/checkout@/gu)?.length ?? 0);
    },
  );
});
