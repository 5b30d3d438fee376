import { createHash } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { baseOf, bundleFunction, type FunctionCode, type FunctionSource } from "./bundle.ts";
import { moduleFile } from "./module-file.ts";

/** File beside a bundle that tells what it was made of. */
const RECORD_FILE = "made-of.json";

/**
 * Any of these decides the contents of `node_modules`, whose thousands of files are not looked at one by one.
 * npm writes the last of them at each installation, also of another package of the same version.
 */
const LOCK_FILES = [
  "package-lock.json",
  "pnpm-lock.yaml",
  "yarn.lock",
  "bun.lock",
  "node_modules/.package-lock.json",
];

/** This file and the one that sets esbuild's options: another way to bundle is another bundle. */
const OWN_FILES = ["./bundle", "./bundle-cache"].map((name) => moduleFile(name, import.meta.url));

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
 * of a stack's start. Packages count as unchanged while the lock files are.
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
  const paths = Object.keys(metafile.inputs)
    .map((input) => resolve(baseOf(source), input))
    .filter((path) => !path.includes("/node_modules/"));
  const inputs = await hashAll([...paths, ...lockFiles(baseOf(source)), ...OWN_FILES]);
  await writeRecord(path, { source, sha256: code.sha256, inputs });
  return code;
}

/** Every place where a lock file may be that has a say in the packages of a folder. */
function lockFiles(folder: string): string[] {
  const here = LOCK_FILES.map((name) => join(folder, name));
  const above = dirname(folder);
  return above === folder ? here : [...here, ...lockFiles(above)];
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
