import { expect } from "vitest";
import { RunConflictError, type RunHandle } from "../../lambda/index.ts";
import type { World, WorldOptions } from "../../lambda/testing/world.ts";
import { ACTS, type Act, cancel, send, terminate } from "./acts.ts";
import type { ControlledName } from "./acts.ts";
import { play } from "./play.ts";

/** What is done at any call of a run's workers, and how that may end. */
export interface Intrusion {
  readonly name: ControlledName;
  readonly act: (run: RunHandle, world: World) => Promise<void>;
  /** What the client does beside. */
  readonly acts: readonly Act[];
  /** Legal besides the outcome of the undisturbed run. */
  readonly legal: readonly object[];
}

const CANCELLED = { error: "CancelledError", message: "run run was cancelled: enough" };
const TERMINATED = { error: "CancelledError", message: 'run "run" was terminated: stuck' };

const pauseThenResume = async (run: RunHandle, world: World): Promise<void> => {
  await run.pause();
  world.clock.after(70_000, () => void run.resume().catch(unlessTooLate));
};

/** A cancel, a message, a pause and a termination where they hurt. */
export const INTRUSIONS: Readonly<Record<string, Intrusion>> = {
  "a cancel": { name: "cancelled", act: cancel, acts: ACTS.cancelled, legal: [CANCELLED] },
  "a cancel of waits": { name: "messages", act: cancel, acts: ACTS.messages, legal: [CANCELLED] },
  "a cancel of rollbacks": { name: "failing", act: cancel, acts: [], legal: [CANCELLED] },
  "a cancel of a run out of time": { name: "timed", act: cancel, acts: [], legal: [CANCELLED] },
  "a message": { name: "messages", act: send(2), acts: ACTS.messages, legal: [] },
  "a pause": { name: "paused", act: pauseThenResume, acts: [], legal: [] },
  "a pause of waits": { name: "messages", act: pauseThenResume, acts: ACTS.messages, legal: [] },
  "a termination": { name: "paused", act: terminate, acts: [], legal: [TERMINATED] },
};

/** What an undisturbed run comes to, and how many calls that takes. */
export const calmly = ({ name, acts }: Intrusion) => play(name, { visibilitySeconds: 5 }, { acts });

/** When something is done: just before or after a call, or while its worker stands still before it. */
export type When = "before" | "after" | { readonly pauseMs: number; readonly afterMs: number };

/** Plays a workflow with something done at the n-th call; it must end legally. */
export async function expectLegalEnd(
  intrusion: Intrusion,
  calm: { readonly output: unknown },
  n: number,
  when: When,
): Promise<void> {
  const { name, acts, legal } = intrusion;
  let doIt = (): Promise<void> => Promise.reject(new Error("there is no run yet"));
  const watch = (world: World, run: RunHandle) => {
    doIt = () => intrusion.act(run, world).catch(unlessTooLate);
  };
  let later: (act: () => void) => void = () => undefined;
  const fault: WorldOptions["fault"] = (call) => {
    if (call !== n) return undefined;
    if (typeof when !== "object") return { others: () => doIt(), when };
    later(() => void doIt());
    return { pauseMs: when.pauseMs };
  };
  const at = `call ${n}, ${JSON.stringify(when)}`;
  const { output } = await play(
    name,
    { visibilitySeconds: 5, fault },
    {
      acts: acts.map(({ atMs, act }) => ({
        atMs,
        act: (run) => act(run).catch(unlessTooLate),
      })),
      watch: (world, run) => {
        watch(world, run);
        if (typeof when === "object") later = (act) => void world.clock.after(when.afterMs, act);
      },
    },
  ).catch((error: unknown) => {
    throw new Error(`${at}: ${String(error)}`, { cause: error });
  });
  expect([calm.output, ...legal], at).toContainEqual(output);
}

/** A run that has finished, or is being cancelled, refuses what is done to it. */
function unlessTooLate(error: unknown): void {
  if (!(error instanceof RunConflictError)) throw error;
}
