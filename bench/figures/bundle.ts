import { join } from "node:path";
import type { Metafile } from "esbuild";
import { bundleFunction } from "../../localstack/embedded/bundle.ts";
import { functionsFor } from "../../localstack/embedded/function-definitions.ts";
import { RESEARCH_CONFIG } from "../../localstack/embedded/research-config.ts";
import { CHECKED_CONFIG } from "../cold-functions.ts";
import type { Figure } from "../report.ts";

const KB = 1024;
/** Most that a cold start may load of a worker whose project is one workflow with a zod schema, KB. */
export const START_LIMIT_KB = 600;
/** Packages smaller than this are summed up as one line, KB. */
const SMALL_KB = 8;

/** What the worker of a small project weighs, by the package that brings it, and that of the research app. */
export async function measureBundle(directory: string): Promise<Figure> {
  const metafileOf = async (name: string, config: string): Promise<Metafile> =>
    (await bundleFunction(functionsFor(config).worker, join(directory, name))).metafile;
  const small = await metafileOf("checked", CHECKED_CONFIG);
  const research = await metafileOf("research", RESEARCH_CONFIG);
  const packages = [...startBytesByPackage(small)].sort(([, a], [, b]) => b - a);
  const shown = packages.filter(([, bytes]) => bytes >= SMALL_KB * KB);
  const others = packages.slice(shown.length);
  const othersKb = others.reduce((sum, [, bytes]) => sum + bytes, 0) / KB;
  const line = (name: string, measured: number) => ({ name, unit: "KB" as const, measured });
  const { start, later } = bytesOf(small);
  const ofResearch = bytesOf(research);
  return {
    title: "The worker's bundle",
    about: `Minified: what a cold start loads of a project with one workflow whose input zod checks, of that by package; beside it the limit of ${START_LIMIT_KB} KB. What is imported dynamically is loaded when it is first needed.`,
    lines: [
      { ...line("loaded at the start", start / KB), floor: START_LIMIT_KB, atMost: 1 },
      ...shown.map(([name, bytes]) => line(`· ${name}`, bytes / KB)),
      line(`· ${others.length} smaller packages`, othersKb),
      line("loaded when needed", later / KB),
      line("research app, loaded at the start", ofResearch.start / KB),
      line("research app, loaded when needed", ofResearch.later / KB),
    ],
  };
}

/** Bytes of the code that a bundle's start loads, and of what it may import later. */
export function bytesOf(metafile: Metafile): { readonly start: number; readonly later: number } {
  const atStart = startFiles(metafile);
  const sum = { start: 0, later: 0 };
  for (const [path, { bytes }] of Object.entries(metafile.outputs)) {
    if (path.endsWith(".mjs")) sum[atStart.has(path) ? "start" : "later"] += bytes;
  }
  return sum;
}

/** Bytes of what a bundle's start loads by the package that they come from. */
export function startBytesByPackage(metafile: Metafile): Map<string, number> {
  const bytes = new Map<string, number>();
  for (const file of startFiles(metafile)) {
    for (const [path, { bytesInOutput }] of Object.entries(metafile.outputs[file]?.inputs ?? {})) {
      const name = packageOf(path);
      bytes.set(name, (bytes.get(name) ?? 0) + bytesInOutput);
    }
  }
  return bytes;
}

/** The innermost package of a path; what is not installed is our own. */
function packageOf(path: string): string {
  const [, inside] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return inside ?? "savepoint";
}

/** The entry and all that it imports statically. */
function startFiles({ outputs }: Metafile): ReadonlySet<string> {
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { path: next, kind } of outputs[path]?.imports ?? []) {
      if (kind === "import-statement" && next in outputs) load(next);
    }
  };
  const entry = Object.keys(outputs).find((path) => /(^|\/)index\.mjs$/.test(path));
  if (entry === undefined) throw new Error("the bundle has no index.mjs");
  load(entry);
  return loaded;
}
