import { join } from "node:path";
import type { Metafile } from "esbuild";
import { bundleFunction } from "../../localstack/embedded/bundle.ts";
import { functionsFor } from "../../localstack/embedded/function-definitions.ts";
import { RESEARCH_CONFIG } from "../../localstack/embedded/research-config.ts";
import type { Figure } from "../report.ts";

const KB = 1024;
/** Packages smaller than this are summed up as one line, KB. */
const SMALL_KB = 8;

/** What the product's worker weighs as it is uploaded, by the package that brings it. */
export async function measureBundle(directory: string): Promise<Figure> {
  const { metafile } = await bundleFunction(
    functionsFor(RESEARCH_CONFIG).worker,
    join(directory, "bundle"),
  );
  const packages = [...bytesByPackage(metafile)].sort(([, a], [, b]) => b - a);
  const large = packages.filter(([, bytes]) => bytes >= SMALL_KB * KB);
  const small = packages.slice(large.length);
  const sum = (of: readonly (readonly [string, number])[]) =>
    of.reduce((total, [, bytes]) => total + bytes, 0) / KB;
  return {
    title: "The worker's bundle",
    about:
      "Minified, by package, of all files; what is imported dynamically is loaded only when it is needed.",
    lines: [
      { name: "all", unit: "KB", measured: sum(packages) },
      { name: "loaded at the start", unit: "KB", measured: startBytes(metafile) / KB },
      ...large.map(([name, bytes]) => ({ name, unit: "KB" as const, measured: bytes / KB })),
      { name: `${small.length} smaller packages`, unit: "KB", measured: sum(small) },
    ],
  };
}

/** Bytes of the output by the package that they come from. */
export function bytesByPackage(metafile: Metafile): Map<string, number> {
  const bytes = new Map<string, number>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
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

/** Bytes of the entry and of all that it imports statically. */
function startBytes({ outputs }: Metafile): number {
  const [entry] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint) ?? [];
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { path: next, kind } of outputs[path]?.imports ?? []) {
      if (kind === "import-statement" && next in outputs) load(next);
    }
  };
  if (entry !== undefined) load(entry);
  return [...loaded].reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0);
}
