import type { Log } from "../core/log.ts";

/** A line that was logged. */
export interface LoggedLine {
  readonly level: string;
  readonly message: string;
  readonly fields: object;
}

const logOf = (say: (line: LoggedLine) => void): Log => {
  const at =
    (level: string): Log["info"] =>
    (message, fields = {}) =>
      say({ level, message, fields });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
};

/** A log that adds its lines to a list. */
export const collectingLog = (lines: LoggedLine[]): Log => logOf((line) => void lines.push(line));

/** A log that nobody reads. */
export const silentLog: Log = logOf(() => undefined);
