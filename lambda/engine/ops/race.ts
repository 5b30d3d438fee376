import { encodeValue } from "../../core/codec.ts";
import { InvalidArgumentError } from "../../core/errors.ts";
import { assertName } from "../../core/keys.ts";
import type { Branches, Context, RaceResult } from "../context.ts";
import { drop, isLosing } from "../cancelled.ts";
import type { Execution } from "../execution.ts";
import type { OperationRequest } from "../history.ts";
import type { Behaviour, Markable, Operation } from "../operation.ts";
import { settle } from "../recording.ts";
import { waitFor } from "../wait-for.ts";

/** A race about to be run: its operation, and how its branches get their contexts. */
export interface Race {
  readonly request: OperationRequest;
  readonly branch: (label: string) => Context;
}

/**
 * `ctx.race`: runs named branches side by side until the first of them ends. Which one that is gets
 * recorded; from then on the others are given up: their bodies are told by their signals, their
 * children are cancelled, and nothing more of them is recorded.
 */
export async function raceBranches<B extends Branches>(
  execution: Execution,
  { request, branch }: Race,
  branches: B,
): Promise<RaceResult<B>> {
  const labels = Object.keys(branches);
  if (labels.length === 0) {
    throw new InvalidArgumentError(
      `race "${request.key}" has no branches; give at least one, as a function by its name`,
    );
  }
  for (const label of labels) assertName("branch", label);
  const ended = new Map(
    Object.entries(branches).map(([label, run]) => [label, (async () => run(branch(label)))()]),
  );
  const winner = await execution.enqueue<string>(request, race(request.key, ended));
  const { history, marksFirst } = execution;
  // Whoever decided it may have died with the losers' outcomes on their way.
  const isAtLarge = marksFirst && history.find(request.key)?.epoch === history.lastEpoch;
  for (const label of labels) {
    if (label === winner) continue;
    const open = giveUp(execution, `${request.key}/${label}`);
    if (isAtLarge) execution.unfenced.push(...open);
  }
  return { winner, value: await ended.get(winner) } as RaceResult<B>;
}

/**
 * Settles with the label of the first branch to end, however it ends. From when it has its place nothing of the
 * others takes one behind it: the code would never see it, so that what it took or did would be nobody's.
 */
function race(key: string, ended: ReadonlyMap<string, Promise<unknown>>): Behaviour {
  let first: string | undefined;
  let asked: Operation | undefined;
  for (const [label, end] of ended) {
    const note = () => {
      first ??= label;
      asked?.wait?.wake();
    };
    end.then(note, note);
  }
  return {
    async live(operation, execution) {
      asked = operation;
      if (first === undefined) await waitFor(execution, operation, {});
      if (!execution.isDropped(operation)) {
        for (const label of ended.keys()) if (label !== first) lose(execution, `${key}/${label}`);
      }
      await settle(execution, operation, { result: encodeValue(first) });
    },
  };
}

/** The race that a scope has lost takes its place: nothing of it is begun or recorded, and its bodies are told. */
function lose(execution: Execution, path: string): void {
  execution.losing.add(path);
  for (const operation of execution.pending.values()) {
    if (isLosing(execution, operation)) operation.body?.abort("cancelled");
  }
}

/** Gives up all that a scope and those within it have asked for, and will ask for; what was open of it. */
function giveUp(execution: Execution, path: string): Markable[] {
  execution.closed.add(path);
  const lost = [...execution.pending.values()].filter(({ scope }) => execution.closed.has(scope));
  for (const operation of lost) drop(execution, operation);
  return lost
    .filter(({ record }) => record?.state !== "done")
    .map(({ key, kind, ordinal, record }) => ({ key, kind, ordinal, record, isGivenUp: true }));
}
