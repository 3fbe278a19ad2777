import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** A file of the console as a browser gets it. */
export interface ConsoleFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const PAGE = join(import.meta.dirname, "page");

/** Path to how its file comes about. */
const FILES: Readonly<Record<string, { readonly type: string; readonly read: () => Promise<string> }>> = {
  "/": { type: "text/html", read: () => readFile(join(PAGE, "page.html"), "utf8") },
  "/console.css": { type: "text/css", read: () => readFile(join(PAGE, "console.css"), "utf8") },
  "/console.js": { type: "text/javascript", read: bundlePage },
};

/** Paths that {@link readConsoleFile} knows. */
export const CONSOLE_PATHS: readonly string[] = Object.keys(FILES);

/** Nothing from elsewhere, nothing inline, in nobody's frame: whatever text comes from HubSpot stays text. */
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

/** A file of the web console; undefined for a path that is none. */
export async function readConsoleFile(path: string): Promise<ConsoleFile | undefined> {
  const file = FILES[path];
  if (file === undefined) return undefined;
  return { headers: { ...HEADERS, "content-type": `${file.type}; charset=utf-8` }, text: await file.read() };
}

/** The page's modules as one script; esbuild is loaded only when a browser asks for it. */
async function bundlePage(): Promise<string> {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [join(PAGE, "main.ts")],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
  });
  return outputFiles[0]?.text ?? "";
}
