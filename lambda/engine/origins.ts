/** Errors looked at in one that is made of many, as many as are recorded of it. */
const ERRORS_MAX = 1_000;

/** Which operations the errors came from that the code was given: what ends a run is often made of them. */
export class Origins {
  readonly #known = new WeakMap<object, { readonly key: string; readonly place: number }>();
  #noted = 0;

  /** Notes that an operation has failed with that error, in the order in which the code is given them. */
  note(error: unknown, key: string): void {
    if (isObject(error)) this.#known.set(error, { key, place: (this.#noted += 1) });
  }

  /**
   * The first operation that an error comes from: its own, or that of an error which it was made of, as
   * `cause` and as `errors` of an AggregateError have them. Undefined when it comes from none.
   */
  of(error: unknown): string | undefined {
    const seen = new Set<object>();
    const open = [error];
    let first: { readonly key: string; readonly place: number } | undefined;
    while (open.length > 0 && seen.size < ERRORS_MAX) {
      const one = open.pop();
      if (!isObject(one) || seen.has(one)) continue;
      seen.add(one);
      const known = this.#known.get(one);
      if (known && (!first || known.place < first.place)) first = known;
      if (!known) open.push(...partsOf(one));
    }
    return first?.key;
  }
}

function partsOf(one: object): readonly unknown[] {
  if (!(one instanceof Error)) return [];
  try {
    const errors: unknown = one instanceof AggregateError ? one.errors : undefined;
    return [one.cause, ...(Array.isArray(errors) ? errors.slice(0, ERRORS_MAX) : [])];
  } catch {
    // A getter of the project's that throws has nothing to show; the run fails with the error as it is.
    return [];
  }
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
