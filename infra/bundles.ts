import { join, parse, resolve } from "node:path";
import type { Construct } from "constructs";
import { bundleFunctionSync } from "../localstack/embedded/bundle.ts";
import type { FunctionName } from "./descriptor.ts";

/** A function's code, bundled and ready to be uploaded. */
export interface Bundle {
  /** Folder whose files are uploaded as they are; `index.mjs` exports `handler`. */
  readonly directory: string;
  /** SHA-256 of `index.mjs`, hex. */
  readonly sha256: string;
}

/** The code of each of the product's functions. */
export type Bundles = Readonly<Record<FunctionName, Bundle>>;

/** Folder of the bundles that a synthesis makes, from the working folder. */
const BUNDLES = ".savepoint/bundles";

/**
 * Bundles the functions that serve a configuration's workflows.
 * @param workflows path of the configuration, from the working folder
 * @throws esbuild's BuildFailure, which names file and line of each error
 */
export function bundlesOf(scope: Construct, workflows: string): Bundles {
  const bundle = (role: FunctionName): Bundle =>
    bundleFunctionSync({ role, config: resolve(workflows) }, folderOf(scope, role));
  return { worker: bundle("worker"), api: bundle("api"), sweeper: bundle("sweeper") };
}

/** Bundles a file that exports `handler`. */
export const bundleOf = (scope: Construct, entry: string): Bundle =>
  bundleFunctionSync(resolve(entry), folderOf(scope, "function"));

/** The product's own functions that are bundled already, by the folders of their bundles. */
const made = new Map<string, Bundle>();

/**
 * Bundles a function that is the same for every project, once in a process.
 * @param entry absolute path of the file that exports `handler`
 */
export function ownBundle(entry: string): Bundle {
  const directory = resolve(join(BUNDLES, parse(entry).name));
  const bundle = made.get(directory) ?? bundleFunctionSync(entry, directory);
  made.set(directory, bundle);
  return bundle;
}

const folderOf = (scope: Construct, name: string): string =>
  resolve(join(BUNDLES, `${scope.node.addr}-${name}`));
