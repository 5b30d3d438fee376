import type { Readable } from "node:stream";
import type { Log, LogFields } from "../../../lambda/core/log.ts";
import { isFields } from "../sqs/request-fields.ts";

/** Passes each line of a process's output on, the last one even without its end. */
export function readLines(output: Readable, onLine: (line: string) => void): void {
  let rest = "";
  output.setEncoding("utf8");
  output.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  });
  output.on("close", () => {
    if (rest !== "") onLine(rest);
  });
}

/**
 * Puts a line that a function printed into the log. A line of structured logging keeps its level and
 * fields; any other becomes the message.
 * @param fields where it comes from
 */
export function logLine(log: Log, line: string, fields: LogFields): void {
  const record = structured(line);
  if (!record) return log.info(line, fields);
  const { level, message, time: _, ...rest } = record;
  log[level](message, { ...rest, ...fields });
}

type Structured = LogFields & { readonly level: keyof Log; readonly message: string };

function structured(line: string): Structured | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const record: unknown = JSON.parse(line);
    return isStructured(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isStructured(record: unknown): record is Structured {
  return (
    isFields(record) &&
    typeof record["message"] === "string" &&
    ["debug", "info", "warn", "error"].includes(String(record["level"]))
  );
}
