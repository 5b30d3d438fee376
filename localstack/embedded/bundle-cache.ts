import { createHash } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  baseOf,
  bundleFunction,
  type FunctionCode,
  type FunctionSource,
  REPOSITORY,
} from "./bundle.ts";

/** File beside a bundle that tells what it was made of. */
const RECORD_FILE = "made-of.json";

/** Decides the contents of `node_modules`, whose thousands of files are not looked at one by one. */
const LOCK_FILE = "package-lock.json";

/** This file and the one that sets esbuild's options: another way to bundle is another bundle. */
const OWN_FILES = ["bundle.ts", "bundle-cache.ts"].map((name) => join(import.meta.dirname, name));

/** What a bundle was made of. */
interface BundleRecord {
  readonly source: FunctionSource;
  /** SHA-256 of the bundle, hex. */
  readonly sha256: string;
  /** SHA-256 of each input, hex, by its path. */
  readonly inputs: Readonly<Record<string, string>>;
}

/**
 * Bundles a function, unless the folder holds a bundle of the very same sources: bundling takes most
 * of a stack's start. Packages count as unchanged while `package-lock.json` is.
 * @param source a file that exports `handler`, absolute or from the repository's root, or a configuration
 * @param directory folder of the bundle
 * @throws esbuild's BuildFailure, which names file and line of each error
 */
export async function bundleOnce(source: FunctionSource, directory: string): Promise<FunctionCode> {
  const path = join(directory, RECORD_FILE);
  const record = await readRecord(path);
  if (record && isDeepStrictEqual(record.source, source) && (await isUnchanged(record))) {
    return { directory: resolve(directory), sha256: record.sha256 };
  }
  await rm(path, { force: true });
  const { metafile, ...code } = await bundleFunction(source, directory);
  const sources = Object.keys(metafile.inputs).filter((input) => !input.includes("node_modules/"));
  const paths = sources.map((input) => resolve(baseOf(source), input));
  const inputs = await hashAll([...paths, join(REPOSITORY, LOCK_FILE), ...OWN_FILES]);
  await writeRecord(path, { source, sha256: code.sha256, inputs });
  return code;
}

async function readRecord(path: string): Promise<BundleRecord | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as BundleRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The record appears whole and last, so that a crash leaves no bundle that looks finished. */
async function writeRecord(path: string, record: BundleRecord): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, JSON.stringify(record));
  await rename(draft, path);
}

async function isUnchanged({ inputs }: BundleRecord): Promise<boolean> {
  const present = await hashAll(Object.keys(inputs));
  return Object.entries(inputs).every(([path, hash]) => present[path] === hash);
}

async function hashAll(paths: readonly string[]): Promise<Record<string, string>> {
  const hashes = paths.map(async (path): Promise<[string, string]> => [path, await hashOf(path)]);
  return Object.fromEntries(await Promise.all(hashes));
}

/** Empty for a file that is not there. */
async function hashOf(path: string): Promise<string> {
  try {
    const contents = await readFile(path);
    return createHash("sha256").update(contents).digest("hex");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
