import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  build,
  type BuildOptions,
  type BuildResult,
  buildSync,
  type Metafile,
  type OutputFile,
} from "esbuild";

/** File inside a bundle's folder that exports `handler`. */
const BUNDLE_FILE = "index.mjs";

/** A function's code as it is uploaded to Lambda. */
export interface FunctionCode {
  /** Absolute path of the folder to upload: `index.mjs`, what it imports, maps and licences. */
  readonly directory: string;
  /** SHA-256 of `index.mjs`, hex; it names the other files by hashes of what is in them. */
  readonly sha256: string;
}

/** Code that was just bundled. */
export interface FunctionBundle extends FunctionCode {
  /** What went into it, as esbuild tells it. */
  readonly metafile: Metafile;
}

/** Folder from which the product's own entries are named. */
export const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

/** A function of the product for the workflows of a project. */
export interface ConfiguredFunction {
  /** What it is: the worker, the API or the sweeper. */
  readonly role: keyof typeof FACTORIES;
  /** Absolute path of the module that exports the project's configuration, or its workflows. */
  readonly config: string;
}

/** What a function is made of: a file that exports `handler`, or a configuration. */
export type FunctionSource = string | ConfiguredFunction;

/** What the library makes each function with. */
const FACTORIES = {
  worker: "createWorker",
  api: "createApiHandler",
  sweeper: "createSweeper",
} as const;

/** Packages written for CommonJS call `require` for Node's own modules, which ES modules lack. */
const REQUIRE =
  'import{createRequire as createBundleRequire}from"node:module";const require=createBundleRequire(import.meta.url);';

/** Names of the files that a bundle consists of. */
const BUNDLED = /\.mjs(\.map|\.LEGAL\.txt)?$/;

/**
 * Bundles one Lambda function with all it imports, the AWS SDK included: the one way in which the CDK
 * app and the embedded stack both make the code they run. The bytes depend on the sources alone.
 * What is imported dynamically goes to files of its own, which cost a cold start nothing.
 * @param source a file that exports `handler`, absolute or from the repository's root, or a configuration
 * @param directory folder to write, made when missing; an older bundle in it is replaced
 * @throws esbuild's BuildFailure, which names file and line of each error
 */
export async function bundleFunction(
  source: FunctionSource,
  directory: string,
): Promise<FunctionBundle> {
  return written(await build(optionsFor(source, directory)));
}

/** The same, for a CDK construct, whose constructor cannot wait. */
export const bundleFunctionSync = (source: FunctionSource, directory: string): FunctionBundle =>
  written(buildSync(optionsFor(source, directory)));

/** Folder from which the inputs of a bundle are named. */
export const baseOf = (source: FunctionSource): string =>
  typeof source === "string" ? REPOSITORY : dirname(source.config);

function optionsFor(source: FunctionSource, directory: string) {
  return {
    absWorkingDir: baseOf(source),
    ...(typeof source === "string" ? { entryPoints: [source] } : { stdin: entryOf(source) }),
    outdir: resolve(directory),
    entryNames: "index",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    // The oldest Node on which the project runs; Lambda's is newer.
    target: "node20.19",
    // The SDK's CommonJS build would call require for Node's modules and be half as large again.
    mainFields: ["module", "main"],
    banner: { js: REQUIRE },
    minify: true,
    // Errors are told apart by their class names, in records and in logs.
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    legalComments: "linked",
    metafile: true,
    write: false,
    logLevel: "silent",
  } as const satisfies BuildOptions;
}

/** The library comes from the project, as it does for its workflows: there must not be two of it. */
function entryOf({ role, config }: ConfiguredFunction) {
  const factory = FACTORIES[role];
  return {
    contents: [
      `import { configOf, ${factory} } from "savepoint";`,
      `import * as config from ${JSON.stringify(`./${basename(config)}`)};`,
      `export const handler = ${factory}(configOf(config));`,
    ].join("\n"),
    // Where it would be if it were a file: frames in it are nobody's own.
    sourcefile: `node_modules/savepoint/${role}.ts`,
    resolveDir: dirname(config),
    loader: "ts",
  } as const;
}

function written({
  outputFiles,
  metafile,
}: Pick<
  BuildResult<{ write: false; metafile: true }>,
  "outputFiles" | "metafile"
>): FunctionBundle {
  const code = outputFiles.find(({ path }) => basename(path) === BUNDLE_FILE);
  if (!code) throw new Error(`esbuild wrote no ${BUNDLE_FILE}`);
  const directory = dirname(code.path);
  replaceBundle(directory, outputFiles);
  const sha256 = createHash("sha256").update(code.contents).digest("hex");
  return { directory, sha256, metafile };
}

function replaceBundle(directory: string, files: readonly OutputFile[]): void {
  mkdirSync(directory, { recursive: true });
  // Two who bundle the same sources at once must not take each other's files away.
  const names = new Set(files.map(({ path }) => basename(path)));
  for (const name of readdirSync(directory)) {
    if (BUNDLED.test(name) && !names.has(name)) rmSync(join(directory, name), { force: true });
  }
  for (const { path, contents } of files) writeFileSync(path, contents);
}
