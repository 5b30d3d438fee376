import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** Where a stack keeps its data when nobody says, in the folder of its project. */
export const DATA_FOLDER = ".savepoint";

/** Names that a project's configuration may have. */
export const CONFIG_NAMES: readonly string[] = ["ts", "mts", "js", "mjs"].map(
  (extension) => `savepoint.config.${extension}`,
);

/** What the root of a package or repository has. */
const ROOT_SIGNS = ["package.json", ".git"] as const;

/** What a stack has made in its folder. A synthesis of the CDK app keeps other things in one of that name. */
const STACK_SIGNS = ["data", "stack.json", "api-address", "stack.log"] as const;

/**
 * Absolute path of the folder that a command is for: the nearest from the working folder up that has a configuration,
 * else the nearest that has a stack's data, up to the root of the package or repository that it is in; else the working
 * folder.
 * @param cwd the working folder, absolute
 * @param home a folder that is not looked at from below. Default: that of the person
 */
export function projectFolder(cwd: string, home = homedir()): string {
  const folders = upToRoot(cwd, home);
  const configured = folders.find((folder) => hasAny(folder, CONFIG_NAMES));
  return (
    configured ?? folders.find((folder) => hasAny(join(folder, DATA_FOLDER), STACK_SIGNS)) ?? cwd
  );
}

/** A folder and those above it up to the root of its package or repository; alone when it is in none. */
function upToRoot(start: string, home: string): string[] {
  const folders = [start];
  for (let folder = start; !hasAny(folder, ROOT_SIGNS);) {
    const above = dirname(folder);
    // Code of a folder above is run: not that of somebody else, as it may lie where all can write.
    if (above === folder || above === home || !haveSameOwner(above, start)) return [start];
    folders.push(above);
    folder = above;
  }
  return folders;
}

const hasAny = (folder: string, names: readonly string[]): boolean =>
  names.some((name) => existsSync(join(folder, name)));

const haveSameOwner = (one: string, other: string): boolean => ownerOf(one) === ownerOf(other);

/** Undefined for a folder that is gone. */
const ownerOf = (folder: string): number | undefined =>
  statSync(folder, { throwIfNoEntry: false })?.uid;
