import { onTestFinished } from "vitest";
import { type Context, type Workflow, workflow } from "../../lambda/index.ts";
import type { ProcessFault } from "../../lambda/testing/faulty-handler.ts";
import { VirtualClock } from "../../lambda/testing/virtual-clock.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { outcome } from "../engine/outcome.ts";

/** A world that has those workflows and is under way; it ends with the test. */
export async function openWorld(
  workflows: readonly Workflow[],
  options: Partial<WorldOptions> = {},
): Promise<World> {
  const world = await World.create({ ...options, workflows });
  onTestFinished(() => world.end());
  world.begin();
  return world;
}

/** Settings by which each invocation records one operation: all before it is replayed each time. */
export const REPLAYING = { settings: { operationsPerInvocation: 1 } } as const;

/** Plays one function as a run of id `run`, to its end; an error it fails with is its output. */
export async function play<T>(
  run: (ctx: Context, world: World) => Promise<T>,
  options: Partial<WorldOptions> & { readonly also?: readonly Workflow[] } = {},
) {
  const flow = workflow("flow", {}, (ctx: Context, _: undefined) => run(ctx, world));
  const world: World = await openWorld([flow, ...(options.also ?? [])], options);
  const output: unknown = await outcome(world, world.run(flow, undefined));
  const handle = world.savepoint.get("run");
  return {
    world,
    output,
    history: await world.until(handle.history()),
    described: await world.until(handle.describe()),
  };
}

/** Resolves when that much virtual time has passed. */
export const rest = ({ clock }: Pick<World, "clock">, ms: number): Promise<void> =>
  new Promise((resolve) => void clock.after(ms, resolve));

/** Which of the workers' calls is meant. */
export type CallMatch = (action: string, body: string) => boolean;

/** Records of an operation: all, or only the one that settles it. */
export const recordOf =
  (key: string, which: "any" | "done" = "done"): CallMatch =>
  (action, body) =>
    action === "PutItem" &&
    body.includes(`"OP#${key}"`) &&
    (which === "any" || body.includes('"s":{"S":"done"}'));

/** The write by which a run ends in a status. */
export const finishAs =
  (status: "succeeded" | "failed" | "cancelled"): CallMatch =>
  (action, body) =>
    action === "UpdateItem" && body.includes(`":status":{"S":"${status}"}`);

/** A fault that befalls the first call of that kind, of all workers. */
export function firstTime(
  matches: CallMatch,
  fault: ProcessFault | (() => ProcessFault),
): NonNullable<WorldOptions["fault"]> {
  let isOver = false;
  return (_, action, body) => {
    if (isOver || !matches(action, body)) return undefined;
    isOver = true;
    return typeof fault === "function" ? fault() : fault;
  };
}

/** How long a worker stands still: long enough for another to take its run over. */
export const FROZEN_MS = 100_000;

/**
 * Options of a world whose first worker stands still as a whole just before its first call of that kind,
 * until another has long taken its run over; then it goes on with that call.
 */
export function frozenBefore(matches: CallMatch, ms: number = FROZEN_MS): Partial<WorldOptions> {
  const clock = new VirtualClock();
  return {
    clock,
    // Frozen before it has hidden its message, the queue must give that back by itself.
    visibilitySeconds: 31,
    fault: firstTime(matches, () => ({ freeze: "before", until: rest({ clock }, ms) })),
  };
}
