import { buildBundle, FUNCTION_FILES } from "../bundle/build-bundle.ts";
import type { Measurement } from "../figure.ts";

const GOAL_BYTES = { receiver: 330_000, others: 750_000 } as const;

/** What is deployed, bundled with the deployment's own options. */
export const BUNDLE_SIZES: Measurement = {
  rows: "18",
  title: "bundle sizes",
  measure: async (report) => {
    const sizes: { readonly file: string; readonly bytes: number }[] = [];
    for (const file of FUNCTION_FILES) {
      report(file);
      sizes.push({ file, bytes: (await buildBundle(file)).bytes });
    }
    return sizes.map(({ file, bytes }, index) => {
      const goal = index === 0 ? GOAL_BYTES.receiver : GOAL_BYTES.others;
      return {
        row: index === 0 ? "18" : `18${"_abc"[index] ?? ""}`,
        name: `bundle of ${file}, minified`,
        goal: `≤ ${goal / 1_000} kB`,
        minimum: "(with HubSpot's whole client: 4,800 kB)",
        measured: `${(bytes / 1_000).toFixed(0)} kB`,
        isMet: bytes <= goal,
        isGate: true,
      };
    });
  },
};
