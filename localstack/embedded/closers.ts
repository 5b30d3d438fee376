/** What must be done at the end of something that was opened piece by piece. */
export interface Closers {
  /** Adds what must be done before all that was added earlier. */
  readonly add: (close: () => void | Promise<void>) => void;
  /** Does all of it, once, however often it is called; the first failure is thrown at the end. */
  readonly close: () => Promise<void>;
  /** Resolves once all is done. */
  readonly closed: Promise<void>;
}

/** Makes an empty list. */
export function createClosers(): Closers {
  const list: (() => void | Promise<void>)[] = [];
  let closing: Promise<void> | undefined;
  let onClosing: ((closing: Promise<void>) => void) | undefined;
  const closed = new Promise<void>((resolve) => {
    onClosing = resolve;
  });

  async function closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of list.toReversed()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  return {
    add: (close) => void list.push(close),
    close() {
      closing ??= closeAll();
      onClosing?.(closing);
      return closing;
    },
    closed,
  };
}
