import type { Operation, Undo } from "./operation.ts";

/** A completed step that can be undone. */
export interface Undoable {
  readonly key: string;
  readonly undo: Undo;
  readonly value: unknown;
}

/** What there is to undo of an operation that has completed: nothing for a fork, of what its source has done. */
export function undoable({ key, behaviour, record }: Operation, value: unknown): Undoable[] {
  const { undo } = behaviour;
  return undo === undefined || record?.inherited ? [] : [{ key, undo, value }];
}
