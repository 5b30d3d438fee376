import { deflateRawSync } from "node:zlib";
import type * as z from "zod";
import { type Encoded, encodedText } from "./codec.ts";
// Types only: who exports a run need not carry what checks a history that is read back.
import type {
  historyPageSchema,
  recordedHistorySchema,
  recordedOperationSchema,
  recordedRunSchema,
  recordedValueSchema,
} from "./recorded-history-schema.ts";

/** Texts above this are written deflated, characters: a reply of the API holds at most 6 MB. */
const TEXT_MAX = 262_144;

/** A value as a recorded history writes it. */
export type RecordedValue = z.infer<typeof recordedValueSchema>;
/** What a recorded history tells of the run itself. */
export type RecordedRun = z.infer<typeof recordedRunSchema>;
/** One operation of a recorded history. */
export type RecordedOperation = z.infer<typeof recordedOperationSchema>;
/** Everything that a run has recorded, as plain JSON; the same for as long as `format` is. */
export type RecordedHistory = z.infer<typeof recordedHistorySchema>;
/** A page of a recorded history. */
export type HistoryPage = z.infer<typeof historyPageSchema>;

/**
 * An encoded value as a recorded history writes it.
 * @param edit changes its text first, as to hide what must not be told
 */
export function recordedValue(
  encoded: Encoded,
  edit: (text: string) => string = (text) => text,
): RecordedValue {
  const text = edit(encodedText(encoded));
  if (text.length > TEXT_MAX) return { deflated: deflateRawSync(text).toString("base64") };
  return text.startsWith("~") ? { rich: text.slice(1) } : { json: JSON.parse(text) as unknown };
}

/** The encoded value that `recordedValue` wrote. */
export function encodedFrom(recorded: RecordedValue): Encoded {
  if ("deflated" in recorded) return new Uint8Array(Buffer.from(recorded.deflated, "base64"));
  return "rich" in recorded ? `~${recorded.rich}` : JSON.stringify(recorded.json);
}
