import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/mutation/answer-questions.ts"],
    setupFiles: ["test/mutation/fixed-random.ts"],
    // One process, so that both sides reach each other, and one run that waits for hours.
    pool: "threads",
    maxWorkers: 1,
    testTimeout: 0,
  },
});
