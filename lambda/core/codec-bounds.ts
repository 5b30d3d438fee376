/** Levels of arrays, objects, Maps and Sets that may stand inside one another. */
export const NESTING_MAX = 500;
/** Places of an array that may be empty: whoever goes through its places would not come to an end. */
const HOLES_MAX = 10_000;
/** Keys shown of a place: the beginning of a deep one says enough. */
const KEYS_SHOWN = 5;

/** A place where a value goes beyond a bound, and which. */
export interface Excess {
  /** Where, as in `.user.tags[0]`; of what is deep the beginning. Empty for the value itself. */
  readonly path: string;
  readonly kind: "nesting" | "holes";
}

/**
 * Where a value is nested deeper than can be read back for sure, or has an array of next to nothing but
 * empty places; undefined when it does not. How deep a recursion may go depends on what stands on the
 * stack before it: without a fixed bound, what was recorded in one place could not be read in another.
 */
export const excessOf = (value: unknown, nestingMax = NESTING_MAX): Excess | undefined =>
  new Search(nestingMax).visit(value);

/** Whether more places of an array are empty than may be. Looks at no more than that beside the filled ones. */
export function isMostlyHoles(array: readonly unknown[]): boolean {
  let holes = 0;
  for (let index = 0; index < array.length && holes <= HOLES_MAX; index += 1) {
    if (!(index in array)) holes += 1;
  }
  return holes > HOLES_MAX;
}

/** Goes through a value once, each object where it is met first: as deep as devalue does, and no deeper. */
class Search {
  readonly #nestingMax: number;
  readonly #seen = new Set<object>();
  readonly #keys: string[] = [];

  constructor(nestingMax: number) {
    this.#nestingMax = nestingMax;
  }

  visit(value: unknown): Excess | undefined {
    if (typeof value !== "object" || value === null || this.#seen.has(value)) return undefined;
    this.#seen.add(value);
    if (Array.isArray(value)) {
      return isMostlyHoles(value) ? this.#excess("holes") : this.#array(value);
    }
    if (value instanceof Map) return this.#map(value);
    if (value instanceof Set) return this.#array([...value]);
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null ? this.#object(value) : undefined;
  }

  #array(array: readonly unknown[]): Excess | undefined {
    for (let index = 0; index < array.length; index += 1) {
      const found = this.#part(`[${index}]`, array[index]);
      if (found) return found;
    }
    return undefined;
  }

  #map(map: ReadonlyMap<unknown, unknown>): Excess | undefined {
    for (const [key, value] of map) {
      const name = typeof key === "string" ? `.get(${JSON.stringify(key)})` : ".get(…)";
      const found = this.#part(name, key) ?? this.#part(name, value);
      if (found) return found;
    }
    return undefined;
  }

  #object(object: object): Excess | undefined {
    for (const [key, value] of Object.entries(object)) {
      const found = this.#part(/^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `["${key}"]`, value);
      if (found) return found;
    }
    return undefined;
  }

  #part(key: string, value: unknown): Excess | undefined {
    if (typeof value !== "object" || value === null) return undefined;
    this.#keys.push(key);
    const found =
      this.#keys.length >= this.#nestingMax ? this.#excess("nesting") : this.visit(value);
    this.#keys.pop();
    return found;
  }

  #excess(kind: Excess["kind"]): Excess {
    const shown = this.#keys.slice(0, KEYS_SHOWN).join("");
    return { kind, path: this.#keys.length > KEYS_SHOWN ? `${shown}…` : shown };
  }
}
