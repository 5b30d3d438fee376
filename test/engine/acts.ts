import type { RunHandle } from "../../lambda/index.ts";
import { large, late, note } from "./controlled-workflows.ts";
import { largeText } from "./workflows.ts";

/** Something that a client to which nothing happens does to the run, at a time since its start. */
export interface Act {
  readonly atMs: number;
  readonly act: (run: RunHandle) => Promise<void>;
}

/** The workflows that others act on, or that undo or do at most once what they do. */
export const CONTROLLED = ["messages", "cancelled", "failing", "paused", "timed", "once"] as const;

/** Name of one of them. */
export type ControlledName = (typeof CONTROLLED)[number];

export const cancel = (run: RunHandle): Promise<void> => run.cancel({ reason: "enough" });
export const terminate = (run: RunHandle): Promise<void> => run.terminate({ reason: "stuck" });

/** Sends a note that arrives once, however often it is sent. */
export const send = (value: number) => (run: RunHandle) =>
  run.send(note, value, { idempotencyKey: `note-${value}` });

/** What is done to the run of each of them. */
export const ACTS: Readonly<Record<ControlledName, readonly Act[]>> = {
  messages: [
    { atMs: 1_000, act: send(1) },
    { atMs: 1_200, act: send(1) },
    { atMs: 1_500, act: (run) => run.send(large, largeText(5_000)) },
    { atMs: 4_000, act: send(2) },
    { atMs: 6_000, act: send(3) },
    { atMs: 7_000, act: send(2) },
    { atMs: 60_000, act: (run) => run.send(late, "at last") },
  ],
  cancelled: [{ atMs: 30_000, act: cancel }],
  failing: [],
  paused: [
    { atMs: 1_000, act: (run) => run.pause() },
    { atMs: 50_000, act: (run) => run.resume() },
  ],
  timed: [],
  once: [],
};
