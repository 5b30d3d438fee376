import type { Patch } from "./patch.ts";

/** A defect that the simulation has found and that is not mended yet. */
interface Known extends Patch {
  /** Seeds that show it without the patch. */
  readonly seeds: readonly number[];
  readonly reason: string;
}

/**
 * Defects known and not mended, each with the patch without which the simulation would find little
 * else. The build fails when a patch no longer fits: then the defect is mended and its entry goes.
 */
export const KNOWN: readonly Known[] = [
  {
    name: "a child waited for after a timer that fired unrecorded is not read",
    seeds: [17, 115, 143, 187, 259],
    reason:
      "After a wake-up the run goes live at the timer, reads the children while none is pending yet, and parks on the child without having looked at it: its notice is lost.",
    edits: [
      {
        file: "lambda/engine/ops/child.ts",
        find: `      for (;;) {
        const meta = await execution.waitFor(operation, { childId: id });`,
        replace: `      else execution.areChildrenStale = true;
      for (;;) {
        const meta = await execution.waitFor(operation, { childId: id });`,
      },
    ],
  },
  {
    name: "a run attached to by id does not learn of its waiter when the waiter dies before it joins",
    seeds: [91, 245, 249, 259, 347],
    reason:
      "The waiter's record is written, then its worker dies before it has joined the other run. The next worker finds the record and a run that is there and not finished, and parks without being among its waiters: no notice ever comes.",
    edits: [
      {
        file: "lambda/engine/ops/child.ts",
        find: `      // The record first, then the child:`,
        replace: `      if (operation.record?.state === "waiting" && child.id !== undefined) {
        const failed = await ensureChild(operation, execution, child, id, true);
        if (failed) return settle(execution, operation, failed);
      }
      // The record first, then the child:`,
      },
    ],
  },
  {
    name: "children that became stale while they were read are not read again before a park",
    seeds: [717, 834],
    reason:
      "While one child is read, another operation joins a run that has already finished and asks for the children to be read. The step of the loop that was reading goes on to park, and the finished run sends no notice.",
    edits: [
      {
        file: "lambda/engine/drive.ts",
        find: `  if (execution.areChildrenStale && (await readChildren(execution))) return undefined;`,
        replace: `  if (execution.areChildrenStale) {
    await readChildren(execution);
    return undefined;
  }`,
      },
    ],
  },
  {
    name: "a taker whose replay ends the function finishes without having marked what is pending",
    seeds: [1391],
    reason:
      "The former owner has two results on their way. The taker loads when only the later in the order has landed; by it the function returns during replay, so nothing is marked, and the earlier result lands after all. The finished history has an order that no code ever saw.",
    edits: [
      {
        file: "lambda/engine/pending.ts",
        find: "async function markAll(",
        replace: "export async function markAll(",
      },
      {
        file: "lambda/engine/drive.ts",
        find: "import { grantBodies, startHeld,",
        replace: "import { grantBodies, markAll, startHeld,",
      },
      {
        file: "lambda/engine/drive.ts",
        find: `  const { history, pending, deps } = execution;
  const end = ended(execution);`,
        replace: `  const { history, pending, deps } = execution;
  const end = ended(execution);
  if (end?.kind === "returned" && execution.marksFirst) {
    const open = [...pending.values()].filter(({ record }) => record?.state !== "done");
    return (await markAll(execution, open)) ?? end;
  }`,
      },
    ],
  },
];
