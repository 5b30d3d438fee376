/** Something that must never be, with the oracle that saw it. */
export interface Violation {
  readonly oracle: string;
  readonly what: string;
}
