/** What a function returns or throws. */
export const attempt = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

/** A value of so many levels. */
export const nested = (levels: number, around: (inner: unknown) => unknown): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = around(value);
  return value;
};

/** An array with one item, its last. */
export const sparse = (length: number): unknown[] => {
  const array: unknown[] = [];
  array[length - 1] = 1;
  return array;
};

/** An object that passes for an instance of a builtin class. */
export class Disguised {
  readonly #tag: string;
  constructor(tag: string) {
    this.#tag = tag;
  }
  get [Symbol.toStringTag](): string {
    return this.#tag;
  }
  toString(): string {
    return '"],["';
  }
  toISOString(): string {
    return '"],["';
  }
}
