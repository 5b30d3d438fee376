import { type CancelledError, InvalidArgumentError } from "../../core/errors.ts";
import { assertName } from "../../core/keys.ts";
import { assertOptions } from "../../core/known-options.ts";
import type { Branches, BranchOptions, BranchResults, Context } from "../context.ts";
import { MAP_OPTIONS } from "../option-names.ts";

/** The operation that has the branches, in the scope that asks for it. */
export interface Parent {
  readonly key: string;
  branch(label: string): Context;
  /** Whether its execution is over: no further branch starts then, and nothing is answered. */
  readonly isOver: () => boolean;
  /** What its run's code sees of a cancel that was delivered; undefined until then. */
  readonly cancelled: () => CancelledError | undefined;
}

type Each = (branch: Context, item: unknown, index: number) => Promise<unknown>;

/**
 * `ctx.map`. Nothing of it is recorded: which branch starts next follows from the order in which
 * the branches' operations settle, and that order is the same on replay.
 */
export async function mapBranches(
  parent: Parent,
  items: readonly unknown[],
  rest: readonly unknown[],
): Promise<unknown[]> {
  const { key } = parent;
  const [options = {}, each] = (rest.length === 1 ? [{}, rest[0]] : rest) as [
    (BranchOptions & { readonly tolerate?: number }) | undefined,
    Each,
  ];
  if (!Array.isArray(items)) {
    throw new InvalidArgumentError(`map "${key}" got ${typeof items} instead of an array of items`);
  }
  if (typeof each !== "function") {
    throw new InvalidArgumentError(`map "${key}" has no function; pass it as the last argument`);
  }
  assertOptions(`map "${key}"`, options, MAP_OPTIONS);
  const { tolerate } = options;
  if (tolerate !== undefined && (!Number.isInteger(tolerate) || tolerate < 0)) {
    throw new InvalidArgumentError(
      `map "${key}" got tolerate ${tolerate}; give a whole number, 0 or more`,
    );
  }
  const start = async (index: number) => each(parent.branch(String(index)), items[index], index);
  const { settled, failures } = await runAll(parent, items.length, options, tolerate ?? 0, start);
  if (tolerate === undefined)
    return settled.map((one) => (one as PromiseFulfilledResult<unknown>).value);
  if (failures.length > tolerate) {
    throw new AggregateError(
      failures,
      `map "${key}": ${failures.length} of ${items.length} branches failed, ${tolerate} tolerated`,
    );
  }
  return settled;
}

/** `ctx.parallel`: named branches side by side. */
export async function parallelBranches<B extends Branches>(
  parent: Parent,
  branches: B,
  options: BranchOptions,
): Promise<BranchResults<B>> {
  const entries = Object.entries(branches);
  for (const [label] of entries) assertName("branch", label);
  const start = async (index: number) => {
    const [label, run] = entries[index] as [string, B[string]];
    return run(parent.branch(label));
  };
  const { settled } = await runAll(parent, entries.length, options, 0, start);
  return Object.fromEntries(
    entries.map(([label], index) => [
      label,
      (settled[index] as PromiseFulfilledResult<unknown>).value,
    ]),
  ) as BranchResults<B>;
}

interface AllSettled {
  readonly settled: PromiseSettledResult<unknown>[];
  readonly failures: unknown[];
}

/**
 * Runs `count` branches, `concurrency` at a time. Rejects with the first failure when none is
 * tolerated; else stops starting branches once more have failed than tolerated, or once a cancel was
 * delivered meanwhile: it rejects what the code waits for, of which those not begun yet are a part.
 */
function runAll(
  { key, isOver, cancelled }: Parent,
  count: number,
  {
    concurrency = Number.POSITIVE_INFINITY,
    tolerate: isTolerant,
  }: BranchOptions & { tolerate?: number },
  tolerate: number,
  start: (index: number) => Promise<unknown>,
): Promise<AllSettled> {
  if (!(concurrency >= 1)) {
    throw new InvalidArgumentError(
      `"${key}" got concurrency ${concurrency}; give a number, 1 or more`,
    );
  }
  const settled: PromiseSettledResult<unknown>[] = [];
  const failures: unknown[] = [];
  // Code that cleans up after a cancel has branches like any other.
  const cleansUp = cancelled() !== undefined;
  return new Promise((resolve, reject) => {
    let next = 0;
    let open = 0;
    const advance = (): void => {
      if (isOver()) return;
      const isGivingUp = failures.length > tolerate;
      if (isGivingUp && isTolerant === undefined) return reject(failures[0]);
      const stop = cleansUp || next === count ? undefined : cancelled();
      const free = isGivingUp || stop ? 0 : Math.min(concurrency - open, count - next);
      for (let started = 0; started < free; started += 1) run(next++);
      if (open > 0) return;
      if (stop) reject(stop);
      else resolve({ settled, failures });
    };
    const run = (index: number): void => {
      open += 1;
      start(index)
        .then(
          (value) => {
            settled[index] = { status: "fulfilled", value };
          },
          (reason: unknown) => {
            settled[index] = { status: "rejected", reason };
            failures.push(reason);
          },
        )
        .then(() => {
          open -= 1;
          advance();
        }, reject);
    };
    advance();
  });
}
