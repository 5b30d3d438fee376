import type { Clock } from "../core/clock.ts";
import type { Meta } from "../store/meta.ts";
import type { Store } from "../store/store.ts";

type ReadOne = Store["readRun"];

/** Reads under way at a time before others are gathered. */
const SINGLE_READS = 2;
/** Longest time that reads are gathered, milliseconds: those under way may hang. */
const GATHER_MS = 10;

interface Asked {
  readonly id: string;
  readonly resolve: (meta: Meta | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads runs one by one as long as few are asked for; those asked for while others are under way are
 * read together, by a hundredth of the calls. A client that waits for hundreds of runs would
 * otherwise take more of its own and the table's time than the runs do. Each read is made after it was asked for.
 */
export function gatheredReads(
  { readRun, readRuns }: Pick<Store, "readRun" | "readRuns">,
  clock: Clock,
): ReadOne {
  let underWay = 0;
  let waiting: Asked[] = [];
  let cancel = () => {};
  const readWaiting = () => {
    cancel();
    const asked = waiting;
    waiting = [];
    if (asked.length > 0) void read(asked);
  };
  const read = async (asked: readonly Asked[]): Promise<void> => {
    underWay += 1;
    try {
      await answer(asked);
    } finally {
      underWay -= 1;
      readWaiting();
    }
  };
  const answer = async (asked: readonly Asked[]): Promise<void> => {
    const [first] = asked;
    try {
      if (first && asked.length === 1) return first.resolve(await readRun(first.id));
      const runs = await readRuns(asked.map(({ id }) => id));
      for (const { id, resolve } of asked) resolve(runs.get(id));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  };
  return (id) =>
    new Promise((resolve, reject) => {
      const asked = { id, resolve, reject };
      if (underWay < SINGLE_READS) return void read([asked]);
      waiting.push(asked);
      if (waiting.length === 1) cancel = clock.after(GATHER_MS, readWaiting);
    });
}
