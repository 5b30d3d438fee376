/** One place of the source, and what stands there instead. */
export interface Edit {
  /** Path from the repository's root. */
  readonly file: string;
  /** Text that occurs in it exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A change of the product's code that only a build of the simulation has. */
export interface Patch {
  readonly name: string;
  readonly edits: readonly Edit[];
}
