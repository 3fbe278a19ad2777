import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");

interface Import {
  /** Path from the root for our own files, else the name as it is written. */
  readonly target: string;
  readonly kind: "own" | "node" | "npm";
  readonly isTypeOnly: boolean;
}

interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Without comments and the contents of strings. */
  readonly code: string;
  readonly imports: readonly Import[];
}

interface Part {
  /** Paths that begin like this belong to the part; the first part that fits has the file. */
  readonly within: string;
  /** Beginnings of our own paths that it may import, besides its own part. */
  readonly own: readonly string[];
  /** Node's modules and packages it may import; `types` are those that TypeScript erases. */
  readonly outside: "all" | "types" | "none" | readonly string[];
}

const PORTS = ["lib/sync/ports.ts", "lib/sync/pass-ports.ts", "lib/sync/pass/pass-types.ts", "lib/sync/errors.ts"];
const ADAPTER = { own: ["lib/domain/", "lib/contract.ts", ...PORTS], outside: "all" } as const;

/** What may import what. A file outside all parts is a breach as well: a new folder needs a decision. */
const PARTS: readonly Part[] = [
  { within: "lib/contract.ts", own: [], outside: "none" },
  { within: "lib/config.ts", own: ["lib/contract.ts", "lib/domain/", "lib/sync/errors.ts"], outside: ["zod"] },
  { within: "lib/domain/", own: [], outside: "none" },
  { within: "lib/sync/", own: ["lib/domain/", "lib/contract.ts"], outside: "types" },
  { within: "lib/hubspot/", ...ADAPTER },
  { within: "lib/dynamodb/", ...ADAPTER },
  { within: "lib/sqs/", ...ADAPTER },
  { within: "lib/secrets/", own: ["lib/contract.ts", ...PORTS], outside: "all" },
  { within: "lib/telemetry/", own: ["lib/contract.ts", ...PORTS], outside: "all" },
  { within: "lib/wiring/", own: ["lib/"], outside: "all" },
  { within: "lib/api/", own: ["lib/domain/", "lib/sync/", "lib/contract.ts"], outside: "all" },
  { within: "lib/console/page/", own: ["lib/domain/", "lib/api/"], outside: "none" },
  { within: "lib/console/", own: [], outside: "all" },
  { within: "lib/cli/", own: ["lib/"], outside: "all" },
  { within: "functions/", own: ["lib/"], outside: "all" },
  { within: "infra/aws/", own: ["lib/contract.ts"], outside: "all" },
  { within: "infra/local/hubspot-simulator/", own: [], outside: "all" },
  { within: "infra/local/", own: ["lib/", "functions/"], outside: "all" },
  { within: "infra/", own: ["lib/"], outside: "all" },
  { within: "test/", own: [""], outside: "all" },
];

/** Reasons why a file breaks a rule of {@link PARTS} or of its size all the same. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "infra/aws/settings.ts > lib/domain/stage-filter.ts": "one parser of stage lists, which imports nothing but a type",
};

const FILES = ["functions", "lib", "infra", "test"]
  .flatMap((folder) => listFiles(folder))
  .map((path) => readSource(path, readFileSync(join(ROOT, path), "utf8")));
const PRODUCT = FILES.filter(({ path }) => !path.startsWith("test/"));

function listFiles(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts") && !path.includes("node_modules"))
    .map((path) => join(folder, path))
    .toSorted();
}

function readSource(path: string, text: string): SourceFile {
  return { path, text, code: stripText(text), imports: listImports(path, text) };
}

function listImports(path: string, text: string): readonly Import[] {
  const statements = text.matchAll(
    /^(?:import|export)\s+(?<type>type\s)?(?:(?<names>[^"';]*?)\sfrom\s+)?["'](?<from>[^"']+)["']/gmu,
  );
  const dynamic = text.matchAll(/\bimport\(\s*["'](?<from>[^"']+)["']\s*\)/gu);
  return [...statements, ...dynamic].map(({ groups = {} }) => {
    const from = groups["from"] ?? "";
    const names = /^\{(?<list>[^}]*)\}$/u.exec(groups["names"]?.trim() ?? "")?.groups?.["list"];
    const isEachType = names?.split(",").every((name) => name.trim() === "" || name.trim().startsWith("type "));
    const isTypeOnly = groups["type"] !== undefined || isEachType === true;
    if (from.startsWith("."))
      return { target: relative(ROOT, resolve(ROOT, dirname(path), from)), kind: "own", isTypeOnly };
    return { target: from, kind: from.startsWith("node:") ? "node" : "npm", isTypeOnly };
  });
}

/** Regular expressions are kept; they hold no word that the tests look for. */
function stripText(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(?<![:"'`])\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/gu, (found) =>
    found.startsWith("/") ? "" : '""',
  );
}

function findPart(path: string): Part | undefined {
  return PARTS.find(({ within }) => path.startsWith(within));
}

function findBreaches({ path, imports }: SourceFile): readonly string[] {
  const part = findPart(path);
  if (part === undefined) return [`${path} belongs to no part`];
  return imports
    .filter((found) => !isAllowed(part, found))
    .map(({ target }) => `${path} > ${target}`)
    .filter((breach) => !(breach in EXCEPTIONS));
}

function isAllowed(part: Part, { target, kind, isTypeOnly }: Import): boolean {
  if (kind === "own") {
    const isSimulatorAlone = part.within === "infra/local/" && target.startsWith("infra/local/");
    return isSimulatorAlone || [part.within, ...part.own].some((beginning) => target.startsWith(beginning));
  }
  if (part.outside === "all") return true;
  if (part.outside === "types") return isTypeOnly;
  return part.outside !== "none" && part.outside.includes(target);
}

/** The first circle of imports that exist at run time or for types, as a path of files. */
function findCircle(files: readonly SourceFile[]): readonly string[] | undefined {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    const file = byPath.get(path);
    if (file === undefined || done.has(path)) return undefined;
    for (const { target } of file.imports) {
      const circle = visit(target, [...trail, path]);
      if (circle !== undefined) return circle;
    }
    done.add(path);
    return undefined;
  };
  for (const { path } of files) {
    const circle = visit(path, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

function findIn(folder: string, pattern: RegExp): readonly string[] {
  return FILES.filter(({ path }) => path.startsWith(folder)).flatMap(({ path, code }) =>
    [...code.matchAll(pattern)].map(([found]) => `${path}: ${found}`),
  );
}

function countLines(text: string): number {
  return text.split("\n").filter((line) => line.trim() !== "" && !/^\s*(?:\/\/|\/?\*)/u.test(line)).length;
}

describe("imports", () => {
  it("are read from the sources at all", () => {
    expect(FILES.length).toBeGreaterThan(100);
    expect(FILES.find(({ path }) => path === "lib/sqs/sqs-event.ts")?.imports).toEqual([
      { target: "aws-lambda", kind: "npm", isTypeOnly: true },
      { target: "lib/sync/ports.ts", kind: "own", isTypeOnly: true },
      { target: "lib/sqs/decode-message.ts", kind: "own", isTypeOnly: false },
    ]);
  });

  it.each([
    ["lib/domain/rule.ts", 'import * as z from "zod";', "lib/domain/rule.ts > zod"],
    ["lib/domain/rule.ts", 'import type { Clock } from "../sync/ports.ts";', "lib/domain/rule.ts > lib/sync/ports.ts"],
    ["lib/sync/use.ts", 'import { readFile } from "node:fs";', "lib/sync/use.ts > node:fs"],
    [
      "lib/sync/use.ts",
      'const queue = await import("../sqs/change-queue.ts");',
      "lib/sync/use.ts > lib/sqs/change-queue.ts",
    ],
    ["lib/sqs/queue.ts", 'import { keys } from "../dynamodb/keys.ts";', "lib/sqs/queue.ts > lib/dynamodb/keys.ts"],
    ["infra/aws/stack.ts", 'export { load } from "../../lib/config.ts";', "infra/aws/stack.ts > lib/config.ts"],
    ["lib/news/new.ts", "", "lib/news/new.ts belongs to no part"],
  ])("are refused in %s: %s", (path, text, breach) => {
    expect(findBreaches(readSource(path, text))).toEqual([breach]);
  });

  it("are seen to form a circle", () => {
    const files = [readSource("lib/a.ts", 'import "./b.ts";'), readSource("lib/b.ts", 'import { a } from "./a.ts";')];
    expect(findCircle(files)).toEqual(["lib/a.ts", "lib/b.ts", "lib/a.ts"]);
  });

  it("cross the parts only where they may", () => {
    expect(PRODUCT.flatMap(findBreaches)).toEqual([]);
  });

  it("lead from no function to another", () => {
    const functions = PRODUCT.filter(({ path }) => path.startsWith("functions/"));
    const others = functions.flatMap(({ imports }) => imports.filter(({ target }) => target.startsWith("functions/")));
    expect(others).toEqual([]);
  });

  it("never lead from the product to its tests", () => {
    const breaches = PRODUCT.flatMap(({ path, imports }) =>
      imports.filter(({ target }) => target.startsWith("test/")).map(({ target }) => `${path} > ${target}`),
    );
    expect(breaches).toEqual([]);
  });

  it("form no circle", () => {
    expect(findCircle(FILES)).toBeUndefined();
  });

  it("find no file that only exports others again", () => {
    expect(findIn("", /^export\s+(?:type\s+)?\*[^;]*;/gmu)).toEqual([]);
    expect(FILES.filter(({ path }) => path.endsWith("/index.ts")).map(({ path }) => path)).toEqual([]);
  });
});

describe("lib/domain", () => {
  it("has no clock, chance, environment or waiting", () => {
    const impure = /\b(?:async|await|Date\.now|new Date\(\)|Math\.random|process|setTimeout|fetch|crypto|console)\b/gu;
    expect(findIn("lib/domain/", impure)).toEqual([]);
  });
});

describe("environment", () => {
  it("is read by config.ts alone; functions hand it over whole", () => {
    expect(findIn("lib/", /\bprocess\.env\b/gu).filter((found) => !found.startsWith("lib/cli/"))).toEqual([]);
    expect(findIn("functions/", /\bprocess\.env(?!\))/gu)).toEqual([]);
  });
});

describe("sizes", () => {
  it("keep every file within 300 lines, comments apart", () => {
    const long = PRODUCT.filter(({ text }) => countLines(text) > 300).map(({ path }) => path);
    expect(long).toEqual([]);
  });

  it("keep every handler file within 40 lines", () => {
    const long = PRODUCT.filter(({ path, text }) => path.startsWith("functions/") && text.split("\n").length - 1 > 40);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it("keep functions' files to the one export `handler`", () => {
    const exports = PRODUCT.filter(({ path }) => path.startsWith("functions/")).map(({ code }) =>
      [...code.matchAll(/^export\s+(?<what>.*?)\s*[=:(]/gmu)].map(({ groups }) => groups?.["what"]),
    );
    expect(exports).toEqual(exports.map(() => ["const handler"]));
  });
});
