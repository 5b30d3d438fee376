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
    while (open.length > 0) {
      const one = open.pop();
      if (!isObject(one) || seen.has(one)) continue;
      seen.add(one);
      const known = this.#known.get(one);
      if (known && (!first || known.place < first.place)) first = known;
      if (known || !(one instanceof Error)) continue;
      open.push(one.cause, ...(one instanceof AggregateError ? one.errors : []));
    }
    return first?.key;
  }
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
