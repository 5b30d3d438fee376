import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify, type ProcessIdentity } from "./process-identity.ts";

/** Another stack has the folder. */
export class StackRunningError extends Error {
  /** Its process. */
  readonly pid: number;

  constructor(directory: string, pid: number) {
    super(
      `process ${pid} runs a stack in ${directory}; use that one, or stop it first. ` +
        `If that process is something else, delete ${lockPath(directory)}`,
    );
    this.name = "StackRunningError";
    this.pid = pid;
  }
}

const lockPath = (directory: string): string => join(directory, "stack.lock");

/**
 * Takes the right to be the only stack in a folder; journals bear one writer only. A lock whose
 * process is dead, or whose process id belongs to another process by now, is taken over.
 * @param nonce a name that no other attempt uses
 * @returns a function that gives the right back
 * @throws StackRunningError when a living stack has it
 */
export function lockDirectory(directory: string, nonce: string): () => void {
  const path = lockPath(directory);
  const own = JSON.stringify({ ...identify(process.pid), nonce });
  const draft = `${path}.${nonce}`;
  writeFileSync(draft, own, { mode: 0o600 });
  try {
    // A link appears whole or not at all, so that nobody reads a lock without its owner.
    while (!tryLink(draft, path)) removeDeadLock(directory, path, nonce);
    // Two who take over one dead lock at once can both get here; the second has replaced the first.
    if (read(path) !== own) throw new StackRunningError(directory, ownerOf(read(path))?.pid ?? 0);
  } finally {
    rmSync(draft, { force: true });
  }
  return () => {
    if (read(path) === own) rmSync(path);
  };
}

/** False when the target is there already. */
const tryLink = (from: string, to: string): boolean => unless("EEXIST", () => linkSync(from, to));

/** False when the source is gone. */
const tryRename = (from: string, to: string): boolean =>
  unless("ENOENT", () => renameSync(from, to));

function unless(code: string, act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return false;
    throw error;
  }
}

function removeDeadLock(directory: string, path: string, nonce: string): void {
  const found = read(path);
  if (found === undefined) return;
  const owner = ownerOf(found);
  if (owner && isSame(owner, identify(owner.pid))) {
    throw new StackRunningError(directory, owner.pid);
  }
  const aside = `${path}.dead-${nonce}`;
  if (!tryRename(path, aside)) return;
  // Somebody else took the dead lock over between the two: theirs goes back.
  if (read(aside) !== found) tryLink(aside, path);
  rmSync(aside);
}

function isSame(owner: ProcessIdentity, present: ProcessIdentity | undefined): boolean {
  return present !== undefined && owner.started === present.started;
}

function ownerOf(text: string | undefined): ProcessIdentity | undefined {
  try {
    return JSON.parse(text ?? "") as ProcessIdentity;
  } catch {
    return undefined;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
