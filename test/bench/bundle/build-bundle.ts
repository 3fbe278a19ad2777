import { fileURLToPath } from "node:url";
import { build, type Charset, type Format } from "esbuild";
import { FUNCTION_BUNDLING } from "../../../infra/aws/function-bundling.ts";

/** The deployed functions, by file. */
export const FUNCTION_FILES = ["receive-webhook", "process-changes", "reconcile", "records-api"] as const;
export type FunctionFile = (typeof FUNCTION_FILES)[number];

/** A function as it is deployed. */
export interface Bundle {
  readonly code: string;
  /** Of the code, without its source map. */
  readonly bytes: number;
  /** The source files with most bytes in it, largest first. */
  readonly largest: readonly { readonly path: string; readonly bytes: number }[];
}

/**
 * Bundles a function with the options of the deployment.
 * @throws Error when the deployment has an option that is not carried over here
 */
export async function buildBundle(file: FunctionFile): Promise<Bundle> {
  const entry = fileURLToPath(new URL(`../../../functions/${file}.ts`, import.meta.url));
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    ...readOptions(),
    bundle: true,
    platform: "node",
    write: false,
    metafile: true,
    outfile: "index.js",
    logLevel: "error",
  });
  const code = outputFiles.find(({ path }) => path.endsWith(".js"))?.text ?? "";
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const largest = inputs
    .map(([path, { bytesInOutput: bytes }]) => ({ path, bytes }))
    .toSorted((left, right) => right.bytes - left.bytes);
  return { code, bytes: Buffer.byteLength(code), largest };
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
