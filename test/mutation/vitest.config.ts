import { defineConfig } from "vitest/config";

/** The test files that have to notice a mutant; mutate.ts names them. */
const include = (process.env["MUTATION_TESTS"] ?? "").split(",");

export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include,
    setupFiles: ["test/mutation/fixed-random.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
