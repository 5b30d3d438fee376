import { DevalueError, parse, stringify } from "devalue";
import { reviveError, recordError } from "./codec-errors.ts";
import { ValueNotSerializableError } from "./errors.ts";

/** Starts text that is not JSON; no JSON text starts with it. */
const RICH = "~";
/** Nesting up to which JSON is tried: it would otherwise be a matter of the stack's depth. */
const JSON_DEPTH = 200;

/**
 * A value as text. What JSON can say is said in JSON: it is a tenth smaller, twice as fast, and can
 * be read in the DynamoDB console. Anything else is `~` and devalue's form.
 * @param what what the value is, for error messages
 * @throws ValueNotSerializableError, naming the place, for what neither can say
 */
export function toText(value: unknown, what: string): string {
  try {
    return isJson(value, JSON_DEPTH, new Set())
      ? JSON.stringify(value)
      : RICH + stringify(value, { Error: recordError, Slice: sliceOf });
  } catch (error) {
    throw refusal(what, error);
  }
}

/** Reads what `toText` wrote. Throws whatever the parsers do for damaged text. */
export const fromText = (text: string): unknown =>
  text.startsWith(RICH)
    ? parse(text.slice(RICH.length), { Error: reviveError, Slice: (copy) => copy })
    : JSON.parse(text);

/** Whether `JSON.parse(JSON.stringify(value))` is equal to `value`, repeated references included. */
function isJson(value: unknown, depth: number, seen: Set<unknown>): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      return value === null || isJsonObject(value, depth - 1, seen);
    default:
      return false;
  }
}

function isJsonObject(value: object, depth: number, seen: Set<unknown>): boolean {
  if (depth < 0 || seen.has(value)) return false;
  seen.add(value);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      if (!isJson(value[index], depth, seen)) return false;
    }
    return true;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  return Object.entries(value).every(
    ([key, one]) => key !== "__proto__" && isJson(one, depth, seen),
  );
}

/**
 * A copy of a view that covers part of its buffer only. devalue would write the whole buffer: for a
 * small Buffer that is Node's shared pool, 8 KB of other people's data.
 */
function sliceOf(value: unknown): ArrayBufferView | undefined {
  if (!ArrayBuffer.isView(value) || value.byteLength === value.buffer.byteLength) return undefined;
  const { buffer, byteOffset, byteLength } = value;
  const bytes = buffer.slice(byteOffset, byteOffset + byteLength);
  if (Buffer.isBuffer(value)) return new Uint8Array(bytes);
  const View: new (buffer: ArrayBufferLike) => ArrayBufferView =
    Object.getPrototypeOf(value).constructor;
  return new View(bytes);
}

function refusal(what: string, error: unknown): ValueNotSerializableError {
  if (error instanceof DevalueError) {
    const { path } = error;
    const where = path === "" ? "" : ` at ${path}`;
    const [found, advice] = diagnosis(error.value);
    return new ValueNotSerializableError(
      `${what} cannot be recorded: it ${path === "" ? "is" : "holds"} ${found}${where}; ${advice}`,
      { path },
    );
  }
  const reason =
    error instanceof RangeError ? "it is nested too deeply" : `reading it threw ${String(error)}`;
  return new ValueNotSerializableError(`${what} cannot be recorded: ${reason}`, {
    path: "",
    cause: error,
  });
}

/** What stands in the way, and what to do about it. */
function diagnosis(value: unknown): readonly [found: string, advice: string] {
  if (typeof value === "function") return ["a function", "leave it out"];
  if (typeof value === "symbol") return [String(value), "use a string"];
  if (typeof value !== "object" || value === null) return [typeof value, "return plain data"];
  if ("then" in value) return ["a promise", "await it first"];
  if (Object.hasOwn(value, "__proto__")) {
    return ["an object with a key __proto__", "use another key"];
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    return ["an object with symbols for keys", "use strings"];
  }
  return [`an instance of ${value.constructor.name}`, "return plain data made from it"];
}
