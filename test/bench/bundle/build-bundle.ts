import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type BuildOptions, type Charset, type Format } from "esbuild";
import { FUNCTION_BUNDLING } from "../../../infra/aws/function-bundling.ts";

/** The deployed functions, by file. */
export const FUNCTION_FILES = ["receive-webhook", "process-changes", "reconcile", "records-api"] as const;
export type FunctionFile = (typeof FUNCTION_FILES)[number];

/** A function as it is deployed. */
export interface Bundle {
  readonly code: string;
  /** Of the code, without its source map. */
  readonly bytes: number;
}

/**
 * Bundles a function with the options of the deployment.
 * @throws Error when the deployment has an option that is not carried over here
 */
export function buildBundle(file: FunctionFile): Promise<Bundle> {
  return bundle({ entryPoints: [join(ROOT, "functions", `${file}.ts`)] });
}

/** Bundles a source text in the same way. */
export function bundleSource(contents: string): Promise<Bundle> {
  return bundle({ stdin: { contents, resolveDir: ROOT, loader: "ts" } });
}

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

async function bundle(entry: Pick<BuildOptions, "entryPoints" | "stdin">): Promise<Bundle> {
  const { outputFiles } = await build({
    ...readOptions(),
    ...entry,
    bundle: true,
    platform: "node",
    write: false,
    outfile: "index.js",
    logLevel: "error",
  });
  const code = outputFiles.find(({ path }) => path.endsWith(".js"))?.text ?? "";
  return { code, bytes: Buffer.byteLength(code) };
}

const FORMATS: Readonly<Record<string, Format>> = { cjs: "cjs", esm: "esm" };
const CHARSETS: Readonly<Record<string, Charset>> = { utf8: "utf8", ascii: "ascii" };

/** The deployment's options as CDK hands them to esbuild on its command line. */
function readOptions() {
  const {
    format,
    charset,
    mainFields = [],
    target = "",
    minify = false,
    sourceMap = false,
    sourcesContent = true,
    externalModules = [],
    esbuildArgs = {},
    ...others
  } = FUNCTION_BUNDLING;
  if (Object.keys(others).length > 0) throw new Error(`options ${Object.keys(others).join(", ")} are not carried over`);
  const known = { format: FORMATS[format ?? "cjs"] ?? "cjs", charset: CHARSETS[charset ?? "ascii"] ?? "ascii" };
  const alias = Object.entries(esbuildArgs).map(([argument, by]) => {
    if (!argument.startsWith("--alias:")) throw new Error(`${argument} is not carried over`);
    return [argument.slice("--alias:".length), String(by)];
  });
  return {
    ...known,
    mainFields,
    target,
    minify,
    sourcemap: sourceMap,
    sourcesContent,
    external: externalModules,
    alias: Object.fromEntries(alias),
  };
}
