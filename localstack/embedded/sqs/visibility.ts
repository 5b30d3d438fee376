import type { EpochMs } from "../../../lambda/core/clock.ts";
import type { Message } from "./message.ts";

interface Entry {
  readonly at: EpochMs;
  /** Order of placement, which decides between messages of one moment. */
  readonly turn: number;
  readonly message: Message;
}

/** The messages of a queue in the order in which they can be received. */
export interface Visibility {
  /** Places a message by its `visibleAt`, whether it was known before or not. */
  readonly place: (message: Message) => void;
  /** Forgets a message. */
  readonly remove: (message: Message) => void;
  /** The messages visible at `now`, those that became so first in front. */
  readonly visible: (now: EpochMs) => ReadonlySet<Message>;
  /** When the next hidden message becomes visible; undefined when none is hidden. */
  readonly nextAt: () => EpochMs | undefined;
}

/**
 * A set of the visible messages and a heap of the hidden ones. A message whose `visibleAt` changes is
 * placed again and its older entry ignored, which spares finding it in the heap.
 */
export function createVisibility(): Visibility {
  const hidden: Entry[] = [];
  const visible = new Set<Message>();
  const gone = new WeakSet<Message>();
  let turns = 0;

  const isStale = ({ at, message }: Entry) => message.visibleAt !== at || gone.has(message);

  function top(): Entry | undefined {
    while (hidden[0] && isStale(hidden[0])) pop(hidden);
    return hidden[0];
  }

  return {
    place(message) {
      visible.delete(message);
      push(hidden, { at: message.visibleAt, turn: turns++, message });
    },
    remove(message) {
      gone.add(message);
      visible.delete(message);
    },
    visible(now) {
      for (let entry = top(); entry && entry.at <= now; entry = top()) {
        pop(hidden);
        visible.add(entry.message);
      }
      return visible;
    },
    nextAt: () => top()?.at,
  };
}

const isBefore = (one: Entry, other: Entry): boolean =>
  one.at < other.at || (one.at === other.at && one.turn < other.turn);

function push(heap: Entry[], entry: Entry): void {
  let index = heap.length;
  while (index > 0) {
    const above = (index - 1) >> 1;
    const parent = heap[above];
    if (!parent || !isBefore(entry, parent)) break;
    heap[index] = parent;
    index = above;
  }
  heap[index] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const left = heap[2 * index + 1];
    const right = heap[2 * index + 2];
    const isRight = left && right && isBefore(right, left);
    const child = isRight ? right : left;
    if (!child || !isBefore(child, last)) break;
    heap[index] = child;
    index = 2 * index + (isRight ? 2 : 1);
  }
  heap[index] = last;
}
