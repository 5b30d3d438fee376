import { closeSync, openSync, writeSync } from "node:fs";
import { jsonLog, type Log } from "../../lambda/core/log.ts";

/**
 * A log that appends JSON lines to a file, each written before the call returns, so that a kill loses
 * none.
 * @param now the time in milliseconds since the epoch
 */
export function openFileLog(
  path: string,
  now: () => number,
): { readonly log: Log; readonly close: () => void } {
  const descriptor = openSync(path, "a", 0o600);
  return {
    log: jsonLog((line) => writeSync(descriptor, `${line}\n`), now),
    close: () => closeSync(descriptor),
  };
}
