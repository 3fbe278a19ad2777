import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import type { Fault } from "./faults.ts";

const ROOT = pathToFileURL(`${import.meta.dirname}/../../`);
const SOUND = "?sound";
const SPOILT = "?spoilt";

const spoiltUrls = new Set<string>();
const spoiltModules = new Map<string, object>();

/** The exports of a module with the fault in it. */
export function readSpoiltModule(url: string): object {
  const exports = spoiltModules.get(url);
  if (exports === undefined) throw new Error(`${url} is imported before it is spoilt; name it first in the fault`);
  return exports;
}

/**
 * Makes everything that is imported from now on meet the fault: whoever imports a spoilt module is led to one that has
 * the sound module's exports but for those that the fault replaces.
 */
export async function installFault(fault: Fault): Promise<void> {
  const loads: (() => Promise<void>)[] = [];
  fault.install(<M extends object>(path: string, spoil: (sound: M) => Partial<M>) => {
    const { href } = new URL(path, ROOT);
    spoiltUrls.add(href);
    loads.push(async () => {
      const sound: M = await import(`${href}${SOUND}`);
      spoiltModules.set(href, { ...sound, ...spoil(sound) });
    });
  });
  registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context);
      return spoiltUrls.has(resolved.url) ? { ...resolved, url: `${resolved.url}${SPOILT}` } : resolved;
    },
    load: (url, context, next) => {
      if (!url.endsWith(SPOILT)) return next(url, context);
      return { format: "module", shortCircuit: true, source: writeModule(url.slice(0, -SPOILT.length)) };
    },
  });
  for (const load of loads) await load();
}

function writeModule(url: string): string {
  return [
    `import { readSpoiltModule } from ${JSON.stringify(import.meta.url)};`,
    `const spoilt = readSpoiltModule(${JSON.stringify(url)});`,
    ...Object.keys(readSpoiltModule(url)).map((name) => `export const ${name} = spoilt.${name};`),
  ].join("\n");
}
