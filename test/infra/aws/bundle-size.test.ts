import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleFunctions, FUNCTION_IDS, type FunctionName } from "../../fixtures/bundled-functions.ts";

/** A bundle's size decides its cold start. Bytes. */
const MOST_BYTES = {
  "receive-webhook": 330_000,
  "process-changes": 750_000,
  reconcile: 750_000,
  "records-api": 750_000,
} as const satisfies Record<FunctionName, number>;

describe("a function's bundle", () => {
  let functions: ReturnType<typeof bundleFunctions>["functions"];
  let remove: () => void;
  beforeAll(() => {
    ({ functions, remove } = bundleFunctions());
  }, 300_000);
  afterAll(() => remove());

  it.each(Object.entries(MOST_BYTES))("of %s is at most %i bytes", (name, most) => {
    const { bundleBytes } = Object.fromEntries(Object.entries(functions))[name] ?? { bundleBytes: Infinity };
    expect(bundleBytes).toBeLessThanOrEqual(most);
    expect(bundleBytes).toBeGreaterThan(most / 2);
  });

  it("is minified and brings a source map that names our files without their contents", () => {
    expect(Object.keys(functions)).toEqual(Object.keys(FUNCTION_IDS));
    for (const { folder } of Object.values(functions)) {
      const lines = readFileSync(join(folder, "index.js"), "utf8").split("\n");
      expect(Math.max(...lines.map((line) => line.length))).toBeGreaterThan(10_000);
      const map = join(folder, "index.js.map");
      expect(existsSync(map)).toBe(true);
      const { sources, sourcesContent } = JSON.parse(readFileSync(map, "utf8"));
      expect(sources).toContainEqual(expect.stringMatching(/lib\/telemetry\/lambda-telemetry\.ts$/u));
      expect(sourcesContent).toBeUndefined();
    }
  });
});
