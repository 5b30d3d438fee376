import { readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import type { BuildFailure, Message } from "esbuild";
import type { FunctionName } from "../../infra/descriptor.ts";
import { baseOf, bundleFunction, type FunctionBundle, type FunctionSource } from "./bundle.ts";
import type { PerFunction } from "./function-definitions.ts";

/** Why code does not compile. */
export interface Complaint {
  /** Absolute path; absent when it is not about a file. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly text: string;
}

/** What came of a reload. */
export interface Reloaded {
  /** Functions whose code has changed; none when it does not compile. */
  readonly changed: readonly FunctionName[];
  /** Absolute paths of what the code is made of, packages left out. */
  readonly inputs: readonly string[];
  /** Empty when it compiles. */
  readonly complaints: readonly Complaint[];
}

/** What is reloaded, and how. */
export interface ReloadOptions {
  /**
   * Folder in which each reload gets one of its own: processes still read from the one before. The first
   * bundles are in such a folder, too: what a bundle is named depends on how deep it lies.
   */
  readonly directory: string;
  readonly sources: PerFunction<FunctionSource>;
  /** The code that runs. */
  readonly bundles: PerFunction<{ readonly sha256: string }>;
  /** Has further invocations run this code. */
  readonly replace: (bundles: PerFunction<FunctionBundle>) => void;
}

/** Names of the folders of reloads. */
const FOLDER = /^reload-\d+$/;
/** How many of them stay, for processes that are still at work with them. */
const KEPT = 5;

/**
 * Makes what bundles the functions anew. Reloads come one after the other. When the code does not compile,
 * that of before goes on.
 */
export function createReload(options: ReloadOptions): () => Promise<Reloaded> {
  const { directory, sources, replace } = options;
  for (const name of readdirSync(directory).filter((one) => FOLDER.test(one))) {
    rmSync(join(directory, name), { recursive: true });
  }
  let running = options.bundles;
  const folders: string[] = [];
  let count = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function reload(): Promise<Reloaded> {
    count += 1;
    const folder = join(directory, `reload-${count}`);
    try {
      const bundles = await bundleAll(sources, folder);
      const names: readonly FunctionName[] = ["worker", "api", "sweeper"];
      const changed = names.filter((name) => bundles[name].sha256 !== running[name].sha256);
      if (changed.length === 0) rmSync(folder, { recursive: true });
      else {
        running = bundles;
        replace(bundles);
        folders.push(folder);
        for (const old of folders.splice(0, folders.length - KEPT))
          rmSync(old, { recursive: true });
      }
      return { changed, inputs: inputsOf(bundles, sources), complaints: [] };
    } catch (error) {
      if (!isBuildFailure(error)) throw error;
      const base = baseOf(sources.worker);
      return { changed: [], inputs: [], complaints: complaintsOf(error.errors, base) };
    }
  }

  return () => {
    const next = last.then(reload);
    last = next.catch(() => {});
    return next;
  };
}

async function bundleAll(
  sources: PerFunction<FunctionSource>,
  folder: string,
): Promise<PerFunction<FunctionBundle>> {
  const [worker, api, sweeper] = await Promise.all([
    bundleFunction(sources.worker, join(folder, "worker")),
    bundleFunction(sources.api, join(folder, "api")),
    bundleFunction(sources.sweeper, join(folder, "sweeper")),
  ]);
  return { worker, api, sweeper };
}

function inputsOf(
  bundles: PerFunction<FunctionBundle>,
  sources: PerFunction<FunctionSource>,
): string[] {
  const inputs = (["worker", "api", "sweeper"] as const).flatMap((name) =>
    Object.keys(bundles[name].metafile.inputs).map((input) =>
      resolve(baseOf(sources[name]), input),
    ),
  );
  return [...new Set(inputs)].filter((path) => !path.includes("/node_modules/")).toSorted();
}

const isBuildFailure = (error: unknown): error is BuildFailure =>
  error instanceof Error && "errors" in error && Array.isArray(error.errors);

function complaintsOf(messages: readonly Message[], base: string): Complaint[] {
  return messages.map(({ text, location }) => ({
    text,
    ...(location && {
      file: resolve(base, location.file),
      line: location.line,
      column: location.column + 1,
    }),
  }));
}
