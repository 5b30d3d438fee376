import { open, stat } from "node:fs/promises";
import * as z from "zod";
import { jsonOrUndefined } from "../lambda/http/parse-json.ts";
import { plainLine } from "./plain-text.ts";

/** Reads what is appended to a file, from where it stood when the tail was made. */
export interface LogTail {
  /** The whole lines added since the last time. */
  read(): Promise<string[]>;
}

/**
 * The tail of a log that may not be there yet.
 * @throws Error of node:fs when it is there and cannot be read
 */
export async function logTail(path: string): Promise<LogTail> {
  let offset = await sizeOf(path);
  let rest = "";
  return {
    async read() {
      const size = await sizeOf(path);
      // Somebody emptied it, or put another in its place.
      if (size < offset) offset = 0;
      if (size === offset) return [];
      const added = await readRange(path, offset, size);
      offset = size;
      const lines = (rest + added).split("\n");
      rest = lines.pop() ?? "";
      return lines.filter((line) => line !== "");
    },
  };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}

async function readRange(path: string, start: number, end: number): Promise<string> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
  return buffer.toString("utf8", 0, bytesRead);
}

const entry = z.looseObject({ level: z.string(), message: z.string(), time: z.string() });

/** Whether a line of the stack's log is a detail that only the file should have. */
export const isDetail = (line: string): boolean =>
  entry.safeParse(jsonOrUndefined(line)).data?.level === "debug";

/** A line of the stack's log for people: `12:00:01.250 warn message field=value`. */
export function logLineText(line: string): string {
  const parsed = entry.safeParse(jsonOrUndefined(line));
  if (!parsed.success) return plainLine(line, 500);
  const { level, message, time, ...fields } = parsed.data;
  const at = /T([\d:.]+)Z$/.exec(time)?.[1] ?? time;
  const told = Object.entries(fields).map(([name, value]) => {
    const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
    return `${name}=${plainLine(text)}`;
  });
  const words = [at, ...(level === "info" ? [] : [level]), message, ...told];
  return plainLine(words.join(" "), 500);
}
