import { nameAndMessage } from "./attempt.ts";
import { type Encoded, encodeValue } from "./codec.ts";

/** Encodes whatever was thrown. What cannot be recorded as it is keeps its name and message. */
export function encodeError(error: unknown): Encoded {
  try {
    return encodeValue(error);
  } catch {
    const { name, message } = nameAndMessage(error);
    return encodeValue(Object.assign(new Error(message), { name }));
  }
}
