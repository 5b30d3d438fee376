import { createHash } from "node:crypto";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile, type OutputFile } from "esbuild";

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

/** Folder from which entries and the inputs of a bundle are named. */
export const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

/** Packages written for CommonJS call `require` for Node's own modules, which ES modules lack. */
const REQUIRE =
  'import{createRequire as createBundleRequire}from"node:module";const require=createBundleRequire(import.meta.url);';

/** Names of the files that a bundle consists of. */
const BUNDLED = /\.mjs(\.map|\.LEGAL\.txt)?$/;

/**
 * Bundles one Lambda entry with all it imports, the AWS SDK included: the one way in which the CDK
 * app and the embedded stack both make the code they run. The bytes depend on the sources alone.
 * What is imported dynamically goes to files of its own, which cost a cold start nothing.
 * @param entry source file that exports `handler`, absolute or from the repository's root
 * @param directory folder to write, made when missing; an older bundle in it is replaced
 * @throws esbuild's BuildFailure, which names file and line of each error
 */
export async function bundleFunction(entry: string, directory: string): Promise<FunctionBundle> {
  const result = await build({
    absWorkingDir: REPOSITORY,
    entryPoints: [entry],
    outdir: directory,
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
  });
  const code = result.outputFiles.find(({ path }) => basename(path) === BUNDLE_FILE);
  if (!code) throw new Error(`esbuild wrote no ${BUNDLE_FILE} for ${entry}`);
  await replaceBundle(dirname(code.path), result.outputFiles);
  return {
    directory: dirname(code.path),
    sha256: createHash("sha256").update(code.contents).digest("hex"),
    metafile: result.metafile,
  };
}

async function replaceBundle(directory: string, files: readonly OutputFile[]): Promise<void> {
  await mkdir(directory, { recursive: true });
  const old = (await readdir(directory)).filter((name) => BUNDLED.test(name));
  await Promise.all(old.map((name) => rm(join(directory, name))));
  await Promise.all(files.map(({ path, contents }) => writeFile(path, contents)));
}
