import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a stack is reached by, which stays the same from one start to the next. */
export interface KeptAddress {
  /** Port of the API; 0 when it had none yet. */
  readonly port: number;
  /** Opens the API. */
  readonly token: string;
}

const pathIn = (directory: string): string => join(directory, "api-address");

/** What a folder's stack had at its last start; a fresh token and no port when it had none. */
export function keptAddress(directory: string): KeptAddress {
  const [, port, token] = /^(\d{1,5}) ([\w-]{32})\n$/.exec(textOf(pathIn(directory))) ?? [];
  return token !== undefined && Number(port) < 65_536
    ? { port: Number(port), token }
    : { port: 0, token: randomBytes(24).toString("base64url") };
}

/** Keeps it for the next start, readable by its owner only. */
export function keepAddress(directory: string, { port, token }: KeptAddress): void {
  const path = pathIn(directory);
  const draft = `${path}.new`;
  writeFileSync(draft, `${port} ${token}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

/**
 * Opens a server on the port that was named, else on that of the last start, else on any free one.
 * @param named throws Error when it is taken; undefined when none was named
 * @param last 0 when there is none
 */
export async function openAt<Server>(
  { named, last }: { readonly named: number | undefined; readonly last: number },
  open: (port: number) => Promise<Server>,
): Promise<Server> {
  try {
    return await open(named ?? last);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    if (named === undefined) return open(0);
    throw new Error(`port ${named} is taken; give another --port`, { cause: error });
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
