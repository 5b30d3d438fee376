import type { Act } from "./acts.ts";
import type { Draw } from "./draw.ts";
import type { Fault } from "./faults.ts";
import type { Block, Program } from "./node-kind.ts";
import type { Node } from "./nodes/index.ts";
import { plainStep } from "./nodes/step.ts";
import type { Scenario } from "./scenario.ts";

/** Two who meet at one moment that programs and faults drawn apart hit too seldom. */
interface Duel {
  readonly bodies: readonly Block[];
  readonly faults: readonly Fault[];
  readonly acts: readonly Act[];
  /** How long the run may take, milliseconds. Default: for ever. */
  readonly timeoutMs?: number;
}

/** How many seeds have one. */
const DUELLING = 0.35;
/** How many of the others have a newer one, drawn beside the old, whose seeds stay what they are. */
const FORKING = 0.1;
const RESUMING = 0.1;
const TIMING = 0.1;
const LEASE_MS = 30_000;
/** The run goes on after it, and so is replayed. */
const REST_MS = 120_000;

const DUELS = [
  latePatch,
  lateLoser,
  earlierOutcome,
  lateChild,
  lateCancel,
  lostChild,
  lostPark,
  twoHints,
];

/**
 * A scenario of its own for some seeds, in which two meet: drawn apart from all else, it leaves the other plays of
 * a seed as they are.
 */
export function drawDuel(seed: number, draw: Draw): Scenario | undefined {
  const duel = pickDuel(draw);
  if (!duel) return undefined;
  const { bodies, faults, acts, timeoutMs } = duel(draw);
  const programs: Program[] = bodies.map((body, index) => ({ name: `p${index}`, body }));
  const settings = { leaseMs: LEASE_MS };
  const setup = {
    concurrency: 4,
    invocationMs: 900_000,
    travelMaxMs: draw.pick([1, 10]),
    settings,
  };
  const actions = [{ atMs: 0, run: "main", program: 0, timeoutMs }];
  return { seed, programs, setup, actions, acts, faults, deploys: [] };
}

function pickDuel(draw: Draw): ((draw: Draw) => Duel) | undefined {
  if (draw.happens(DUELLING)) return draw.pick(DUELS);
  if (draw.happens(FORKING)) return forkedSaga;
  if (draw.happens(RESUMING)) return unstartedChild;
  return draw.happens(TIMING) ? lateTimeout : undefined;
}

const step = (id: number, name: string, bodyMs: number): Node => ({
  ...plainStep(id, bodyMs),
  name,
});
const rest = (id: number, ms = REST_MS): Node => ({
  type: "sleep",
  id,
  name: "z",
  ms,
  isUntil: false,
});

/** The write of a row is on its way when its owner dies, and lands so long after it was made. */
const dyingBeside = (row: string, nth: number, landsAfterMs: number, retry: number): Fault[] => [
  { kind: "late", at: { row, nth }, ms: landsAfterMs },
  { kind: "crash-before", at: { row, nth: retry }, ms: 0 },
];

/** A patch lands when the taker has denied it, because of what was recorded beside it. */
function latePatch(draw: Draw): Duel {
  const patched: Node = { type: "patched", id: 3, change: "one", isBusy: false, restMs: 0 };
  // Begun before the question, and recorded while the answer is on its way.
  const asking = [step(4, "b", 20), patched];
  const arms: Block[] = [[step(2, "a", draw.int(24, 40))], asking];
  return {
    bodies: [[{ type: "combine", id: 1, how: "all", arms }, rest(5), step(6, "b", 0)]],
    faults: dyingBeside("patch", 1, LEASE_MS + draw.int(8_000, 60_000), 2),
    acts: [],
  };
}

/** The outcome of a race's loser lands when the taker has given the loser up. */
function lateLoser(draw: Draw): Duel {
  const loser = [step(3, "b", draw.int(21, 40)), step(4, "c", 0)];
  const branches: Block[] = [[step(2, "a", 20)], loser];
  return {
    bodies: [[{ type: "race", id: 1, branches, restMs: 0 }, rest(5), step(6, "a", 0)]],
    faults: dyingBeside("step result", 2, LEASE_MS + draw.int(8_000, 60_000), 3),
    acts: [],
  };
}

/** A taker reads the second of two outcomes; the first lands before it marks what it has asked for since. */
function earlierOutcome(draw: Draw): Duel {
  const arms: Block[] = [
    [step(2, "a", 20), step(3, "b", 0)],
    [step(4, "c", 20), step(5, "z", 0)],
  ];
  return {
    bodies: [[{ type: "combine", id: 1, how: "all", arms }, rest(6), step(7, "a", 0)]],
    faults: [
      ...dyingBeside("step result", 1, LEASE_MS + draw.int(2_000, 8_000), 3),
      {
        kind: "freeze",
        when: "after",
        at: { row: "load", nth: 1, after: "claim over a lease" },
        until: { ms: 10_000 },
      },
    ],
    acts: [],
  };
}

/** A child is recorded and put when its parent was terminated and its children were cancelled. */
function lateChild(draw: Draw): Duel {
  const child: Node = { type: "child", id: 1, program: 1, isAwaited: true, isShared: false };
  return {
    bodies: [
      [child, rest(2)],
      [step(3, "a", 50), step(4, "b", 50)],
    ],
    faults: [
      {
        kind: "freeze",
        when: "before",
        at: { row: "wait begins", nth: 1 },
        until: { ms: draw.int(5_000, 20_000) },
      },
    ],
    acts: [{ at: { atMs: 2_000 }, whom: { id: "main" }, kind: "terminate", reason: "stuck" }],
  };
}

/** A run rests for longer than the child does that one of its branches waited for, which has lost its race. */
function lostChild(draw: Draw): Duel {
  const child: Node = { type: "child", id: 3, program: 1, isAwaited: true, isShared: false };
  const branches: Block[] = [[step(2, "a", draw.int(100, 2_000))], [child]];
  return {
    bodies: [
      [{ type: "race", id: 1, branches, restMs: 0 }, rest(4), step(5, "b", 0)],
      [rest(6, draw.int(10_000, REST_MS)), step(7, "c", 0)],
    ],
    faults: draw.happens(0.5) ? dyingBeside("race decided", 1, draw.int(100, 8_000), 2) : [],
    acts: [],
  };
}

/** A copy of a cancel is still on its way when the run has ended by it, and was resumed. */
function lateCancel(draw: Draw): Duel {
  const trouble = { nth: 2, kind: "late", ms: draw.int(9_000, 20_000) } as const;
  return {
    bodies: [[step(1, "a", 0), rest(2), step(3, "b", 0)]],
    faults: [],
    acts: [
      { at: { atMs: 2_000 }, whom: { id: "main" }, kind: "cancel", reason: "enough", trouble },
      { at: { atMs: 8_000 }, whom: { id: "main" }, kind: "resume" },
    ],
  };
}

/** An owner hears late that its park has held; a letter has come meanwhile, whose hint is lost. */
function lostPark(draw: Draw): Duel {
  const wait: Node = { type: "wait", id: 1, event: "x", timeoutMs: 0 };
  const atMs = draw.int(1_000, 3_000);
  const letter = { kind: "send", name: "x", letter: "of nobody", key: undefined } as const;
  return {
    bodies: [[wait, step(2, "a", draw.int(0, 400)), rest(3), step(4, "b", 0)]],
    faults: [
      { kind: "lost-reply", at: { row: "park", nth: 1 }, ms: draw.int(4_000, 9_000) },
      { kind: "lost-hint", nth: 2 },
    ],
    acts: [{ at: { atMs }, whom: { id: "main" }, ...letter }],
  };
}

/** A letter that nobody takes wakes a run, which sends a second hint for the end of its wait, and waits again after it. */
function twoHints(draw: Draw): Duel {
  const trying = { ...plainStep(1, 0), attempts: 6, fails: 5, delayMs: draw.int(10_000, 20_000) };
  const letter = { kind: "send", name: "x", letter: "of nobody", key: undefined } as const;
  const at = { atMs: draw.int(1_000, 5_000) };
  return {
    bodies: [[trying, rest(2)]],
    faults: [],
    acts: [{ at, whom: { id: "main" }, ...letter }],
  };
}

/** A run is forked when some of its steps can be undone; both fail. */
function forkedSaga(draw: Draw): Duel {
  const booking = {
    bodyMs: 0,
    fails: draw.int(0, 1),
    isHopeless: false,
    undoMs: draw.pick([0, 500]),
  };
  const saga = (id: number, throws: boolean): Node => ({
    type: "saga",
    id,
    bookings: [booking, booking],
    isParallel: draw.happens(0.4),
    throws,
  });
  const fork = { kind: "fork", id: "fork-of-main", from: undefined, isNewInput: false } as const;
  return {
    bodies: [[saga(1, false), rest(2, draw.int(10_000, REST_MS)), saga(3, true)]],
    faults: [],
    acts: [{ at: { atMs: draw.int(1_000, 9_000) }, whom: { id: "main" }, ...fork }],
  };
}

/** A run is terminated before it has put its child, and resumed, before or after its owner comes to the put. */
function unstartedChild(draw: Draw): Duel {
  const child: Node = { type: "child", id: 1, program: 1, isAwaited: true, isShared: false };
  const at = { row: "child start", nth: 1 };
  // Nobody resumes it before its former owner's lease is over.
  const resumedAtMs = draw.int(LEASE_MS + 1_000, LEASE_MS + 15_000);
  return {
    bodies: [[child, rest(2)], [step(3, "a", 50)]],
    faults: [{ kind: "freeze", when: "before", at, until: { ms: draw.int(4_000, 60_000) } }],
    acts: [
      { at: { atMs: 2_000 }, whom: { id: "main" }, kind: "terminate", reason: "stuck" },
      { at: { atMs: resumedAtMs }, whom: { id: "main" }, kind: "resume" },
    ],
  };
}

/** An owner finds its run's time over when that is terminated, and asks for its end when it was resumed with more. */
function lateTimeout(draw: Draw): Duel {
  const [timeoutMs, terminatedAtMs] = [20_000, 22_000];
  const resumedAtMs = terminatedAtMs + LEASE_MS + draw.int(0, 3_000);
  const thaws = { ms: draw.int(30_000, 45_000) };
  return {
    bodies: [[step(1, "a", timeoutMs + draw.int(2_000, 20_000)), rest(2)]],
    faults: [{ kind: "freeze", when: "before", at: { row: "cancel", nth: 1 }, until: thaws }],
    acts: [
      { at: { atMs: terminatedAtMs }, whom: { id: "main" }, kind: "terminate", reason: "stuck" },
      { at: { atMs: resumedAtMs }, whom: { id: "main" }, kind: "resume" },
    ],
    timeoutMs,
  };
}
