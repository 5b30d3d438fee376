import { TerminalError } from "../../index.ts";
import type { Corpus } from "../input.ts";

/** Ids of the sample corpus start here; the newest real item has an id of about 45,000,000 (2025). */
const FIRST_SAMPLE_ID = 9_000_000_000_000;

/**
 * Makes sure that an item belongs to the corpus that was asked for, so that invented text can never
 * pass for a real item, whatever a base URL points to.
 * @throws TerminalError when it does not
 */
export function assertInCorpus(id: number, corpus: Corpus): void {
  if (id >= FIRST_SAMPLE_ID === (corpus === "sample")) return;
  throw new TerminalError(
    `item ${id} ${corpus === "sample" ? "is not of the sample corpus" : "is of the sample corpus"}, but the run searches corpus "${corpus}"; check the base URL of the search API`,
  );
}
