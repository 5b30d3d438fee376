import { NonDeterminismError } from "../core/errors.ts";
import { scopeOf } from "../core/keys.ts";
import { ROLLBACK_PREFIX, timesUndone } from "../core/undone.ts";
import type { TakenMessage } from "../store/mailbox.ts";
import { isAsked, type OperationKind, type OperationRecord } from "../store/operation.ts";

/** An operation as the code asks for it. */
export interface OperationRequest {
  readonly key: string;
  readonly kind: OperationKind;
  /** Path of the scope that asks, empty for the run's own. */
  readonly scope: string;
  /** Position among everything asked in that scope, from 0; -1 for what the engine asks itself. */
  readonly ordinal: number;
}

/** A run's recorded operations, read in the order in which they settled. */
export class History {
  readonly #byKey = new Map<string, OperationRecord>();
  readonly #byPlace = new Map<string, OperationRecord>();
  readonly #settled: OperationRecord[];
  readonly #undone: ReadonlyMap<string, number>;
  #cursor = 0;

  constructor(records: readonly OperationRecord[]) {
    this.#undone = timesUndone(records.filter((record) => !isAsked(record)));
    for (const record of records.filter(isAsked)) {
      this.#byKey.set(record.key, record);
      if (record.ordinal >= 0) {
        this.#byPlace.set(place(scopeOf(record.key), record.ordinal), record);
      }
    }
    this.#settled = records
      .filter(({ order }) => order !== undefined)
      .sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
  }

  /** What the code has recorded: settled operations and failed attempts. */
  get progress(): number {
    let failures = 0;
    for (const record of this.#byKey.values()) failures += record.failures;
    return this.#settled.length + failures;
  }

  /** The next operation to settle, undefined when replay is over. */
  get next(): OperationRecord | undefined {
    return this.#settled[this.#cursor];
  }

  /** The last epoch in which something was settled. */
  get lastEpoch(): number | undefined {
    return this.#settled.at(-1)?.epoch;
  }

  /** Says that `next` has been settled. */
  advance(): undefined {
    this.#cursor += 1;
  }

  /** The settled operations that replay has not reached. */
  get rest(): readonly OperationRecord[] {
    return this.#settled.slice(this.#cursor);
  }

  /** Operations that were begun and not settled. */
  get unfinished(): readonly OperationRecord[] {
    return [...this.#byKey.values()].filter(({ order }) => order === undefined);
  }

  /** The messages that its waits have taken. */
  get taken(): TakenMessage[] {
    return [...this.#byKey.values()].flatMap(({ messageId: id, endedAt: at = 0 }) =>
      id === undefined ? [] : [{ id, at }],
    );
  }

  /** Whether nothing has been recorded yet. */
  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  /** How often a step, or the one that a rollback undoes, was undone before the run was resumed. */
  timesUndone(key: string): number {
    const step = key.startsWith(ROLLBACK_PREFIX) ? key.slice(ROLLBACK_PREFIX.length) : key;
    return this.#undone.get(step) ?? 0;
  }

  find(key: string): OperationRecord | undefined {
    return this.#byKey.get(key);
  }

  /** The difference between what the code asks and what stands at that key or place, if any. */
  mismatch(asked: OperationRequest): NonDeterminismError | undefined {
    const recorded =
      this.#byKey.get(asked.key) ?? this.#byPlace.get(place(asked.scope, asked.ordinal));
    if (!recorded) return undefined;
    const { key, kind, ordinal } = asked;
    if (recorded.key === key && recorded.kind === kind && recorded.ordinal === ordinal) {
      return undefined;
    }
    const where =
      asked.scope === "" ? `operation ${ordinal}` : `operation ${ordinal} of ${asked.scope}`;
    return new NonDeterminismError(
      `the code no longer matches the history at ${where}: expected ${describe(recorded)}, got ${describe(asked)}; deploy code that asks for the same operations in the same order, or start a new run; ${IF_UNCHANGED}`,
      { expected: describe(recorded), got: describe(asked), where },
    );
  }
}

/** What else may be the cause, for messages. */
export const IF_UNCHANGED =
  "if the code has not changed, it decides by what differs when it is called again, as Date.now(), Math.random() or the environment: use ctx.now() and ctx.random(), or record it in a step";

const place = (scope: string, ordinal: number): string => `${scope}\n${ordinal}`;

/** One operation in the words of an error message. */
export const describe = ({ kind, key, ordinal }: Omit<OperationRequest, "scope">): string =>
  `${kind} "${key}" (number ${ordinal + 1} in its scope)`;
