import { dirname, relative } from "node:path";
import * as z from "zod";
import { apiCalls } from "../lambda/http/api-calls.ts";
import { ApiError } from "../lambda/http/api-error.ts";
import { sendRequest } from "../lambda/http/exchange.ts";
import { httpTransport } from "../lambda/http/transport.ts";
import type { Stack } from "./embedded-stack.ts";
import type { Host } from "./host.ts";
import { plainLine } from "./plain-text.ts";
import { refusalText } from "./refusal.ts";
import type { Reloaded } from "./stack-control.ts";

/** Quiet time after a change before the code is bundled, milliseconds: an editor saves in several steps. */
const QUIET_MS = 100;

/** Longest complaint shown, characters. */
const LINE_MAX = 500;

/** What the stack answers for a function that fails. */
const BAD_GATEWAY = 502;

/** Follows the code that a stack runs. */
export interface CodeFollower {
  /** Has the stack take the code that has changed since the last look, if any. */
  look(): Promise<void>;
  close(): void;
}

/**
 * Makes one: each change in a folder that code comes from has the stack reload it. What is blocked is tried
 * again then, and says by itself whether it fits.
 * @param config the file whose workflows the stack runs
 */
export function followCode(host: Host, stack: Stack, config: string): CodeFollower {
  const { clock } = host;
  const say = (line: string): void => host.stdout.write(`${line}\n`);
  let folders: readonly string[] = [];
  let stopWatching = (): void => {};
  // The first look tells what the code is made of.
  let changedAt: number | undefined = clock.monotonic() - QUIET_MS;
  let isFirst = true;
  let wasRefused = false;

  function watchAll(wanted: readonly string[]): void {
    const fresh = [...new Set([...folders, ...wanted])].toSorted();
    if (fresh.length === folders.length) return;
    stopWatching();
    folders = fresh;
    stopWatching = host.watchFolders(folders, () => (changedAt = clock.monotonic()));
  }

  watchAll([dirname(config)]);
  return {
    async look() {
      if (changedAt === undefined || clock.monotonic() - changedAt < QUIET_MS) return;
      changedAt = undefined;
      const reloaded = await stack.control.reload();
      watchAll(foldersOf(reloaded));
      if (reloaded.complaints.length > 0) {
        wasRefused = true;
        say("not reloaded, the code from before goes on:");
        for (const line of complaintLines(reloaded, host.cwd)) say(line);
        return;
      }
      const hasChanged = reloaded.changed.length > 0;
      if (wasRefused && !hasChanged) say("the code compiles again, and is what runs already");
      wasRefused = false;
      if (hasChanged) say("reloaded; what runs now ends its invocation with the code from before");
      const failure = hasChanged || isFirst ? await loadFailure(host, stack) : undefined;
      if (failure !== undefined) {
        say("the code compiles and does not load, so that nothing runs until it is mended:");
        say(`  ${plainLine(failure, LINE_MAX)}`);
      } else if (hasChanged) {
        for (const line of await retryBlocked(host, stack)) say(line);
      }
      isFirst = false;
    },
    close: () => stopWatching(),
  };
}

const foldersOf = ({ inputs, complaints }: Reloaded): string[] =>
  [...inputs, ...complaints.flatMap(({ file }) => file ?? [])].map((path) => dirname(path));

const complaintLines = ({ complaints }: Reloaded, cwd: string): string[] =>
  complaints
    .map(({ file, line, column, text }) =>
      file === undefined ? text : `${relative(cwd, file)}:${line}:${column}: ${text}`,
    )
    .map((text) => `  ${plainLine(text, LINE_MAX)}`);

/** Why the functions do not start with the code that is there now; undefined when one of them answers. */
async function loadFailure(host: Host, { address }: Stack): Promise<string | undefined> {
  try {
    await sendRequest(address, { path: "/health", reply: z.unknown() }, host.interrupted);
    return undefined;
  } catch (error) {
    // As Lambda's host says that it fails, or takes too long.
    if (error instanceof ApiError && error.status >= BAD_GATEWAY) return error.message;
    throw error;
  }
}

/** What the API has refused a request with; what is wrong with anything else is thrown. */
function refusal(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  throw error;
}

/** Has blocked runs tried with the code that is there now; the log tells of those that do not fit it either. */
async function retryBlocked(host: Host, stack: Stack): Promise<string[]> {
  const connection = { address: () => stack.address, recover: async () => {} };
  const { clock, interrupted } = host;
  const api = apiCalls(httpTransport(connection, { clock, signal: interrupted, isTrusted: true }));
  const told: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.list({ status: ["blocked"], cursor }).catch(refusal);
    if (page instanceof ApiError) {
      return [...told, `blocked runs are not tried again: ${refusalText(page)}`];
    }
    for (const { id } of page.runs) {
      try {
        await api.control(id, "resume", {});
        told.push(`run ${id} was blocked, and is tried with the new code`);
      } catch (error) {
        // It has changed since the list was made.
        if (!(error instanceof ApiError)) throw error;
        told.push(`run ${id} is not tried again: ${refusalText(error)}`);
      }
    }
    cursor = page.next;
  } while (cursor !== undefined);
  return told;
}
