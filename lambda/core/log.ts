/** Structured facts beside a log message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A structured log. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** A log that adds `fields` to each line. */
export function logWith(log: Log, fields: LogFields): Log {
  const add = (level: keyof Log) => (message: string, more?: LogFields) =>
    log[level](message, { ...fields, ...more });
  return { debug: add("debug"), info: add("info"), warn: add("warn"), error: add("error") };
}

/** A log of JSON lines: one object a line with `level`, `message`, `time` and the fields. */
export function jsonLog(write: (line: string) => void, now: () => number): Log {
  const line = (level: keyof Log) => (message: string, fields?: LogFields) =>
    write(
      JSON.stringify({ level, message, time: new Date(now()).toISOString(), ...plain(fields) }),
    );
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}

/** Causes of an error that a line tells: one may lead back to itself. */
const CAUSES_MAX = 5;

function plainError(error: Error, causes: number): LogFields {
  try {
    const { name, message, stack, cause } = error;
    const isTold = causes > 0 && cause instanceof Error;
    return { name, message, stack, ...(isTold && { cause: plainError(cause, causes - 1) }) };
  } catch (unreadable) {
    // A getter of the project's: what it hides must not keep the line from being written.
    return { name: "Error", message: `an error that cannot be read: ${String(unreadable)}` };
  }
}

function plain(fields: LogFields = {}): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Error
        ? plainError(value, CAUSES_MAX)
        : typeof value === "bigint"
          ? String(value)
          : value,
    ]),
  );
}
