import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where a running stack is and what opens it, as the file `stack.json` in its folder tells. */
export interface StackFile {
  readonly pid: number;
  /** Base URL of the API. */
  readonly api: string;
  /** Goes into the header `x-savepoint-token`, or into `Authorization` as a bearer token. */
  readonly token: string;
  /** Time of its start, ISO 8601. */
  readonly started: string;
}

/** Absolute path of the file, in the folder of a stack. */
export const stackFilePath = (directory: string): string => join(directory, "stack.json");

/** Writes the file, readable by its owner only; nobody ever sees half of it. */
export function writeStackFile(directory: string, stack: StackFile): void {
  const path = stackFilePath(directory);
  const draft = `${path}.${stack.pid}`;
  writeFileSync(draft, `${JSON.stringify(stack)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

/** Removes the file: the stack was stopped, not killed. */
export function removeStackFile(directory: string): void {
  rmSync(stackFilePath(directory), { force: true });
}

/**
 * Reads the file; undefined when there is none. A stack that was killed leaves it behind.
 * @throws SyntaxError when somebody damaged it
 */
export function readStackFile(directory: string): StackFile | undefined {
  try {
    return JSON.parse(readFileSync(stackFilePath(directory), "utf8")) as StackFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
