import type { EpochMs } from "../lambda/core/clock.ts";
import { isFinished, type RunStatus } from "../lambda/core/status.ts";
import { type ShownState, shownStates } from "./operation-state.ts";
import { duration, plainLine } from "./plain-text.ts";
import type { OperationView, RunView } from "./run-view.ts";
import type { Operation, Run } from "../lambda/http/wire.ts";

/** How something goes, as far as its sign and colour tell. */
export type Tone = "good" | "bad" | "busy" | "waiting";

/** One line of a tree. */
export interface TreeLine {
  /** What connects it to the lines above, as `│  ├─ `. */
  readonly lead: string;
  readonly tone: Tone;
  readonly label: string;
  /** Facts beside the label: attempts, claims, durations. */
  readonly facts: readonly string[];
}

/** Sign of each tone. */
export const SIGNS: Readonly<Record<Tone, string>> = {
  good: "✔",
  bad: "✖",
  busy: "▸",
  waiting: "◌",
};

const RUN_TONES: Readonly<Record<RunStatus, Tone>> = {
  queued: "waiting",
  running: "busy",
  waiting: "waiting",
  succeeded: "good",
  failed: "bad",
  cancelled: "bad",
  blocked: "bad",
  paused: "waiting",
};

const OPERATION_TONES: Readonly<Record<ShownState, Tone>> = {
  pending: "busy",
  running: "busy",
  backoff: "waiting",
  waiting: "waiting",
  succeeded: "good",
  failed: "bad",
  ended: "good",
  "given up": "waiting",
};

/**
 * A run as a tree: its operations, and those of its children, in the order in which they began.
 * @param rows lines it should fit in: children that succeeded are folded into one line each when
 * it would be longer, then the oldest lines left out
 */
export function treeLines(view: RunView, now: EpochMs, rows: number): TreeLine[] {
  const whole = linesOf(view, now, false);
  if (whole.length <= rows) return whole;
  const folded = linesOf(view, now, true);
  if (folded.length <= rows) return folded;
  const [head, ...rest] = folded;
  const kept = rest.slice(-Math.max(1, rows - 2));
  const gap: TreeLine = {
    lead: "│  ",
    tone: "waiting",
    label: `… ${rest.length - kept.length} more above`,
    facts: [],
  };
  return head ? [head, gap, ...kept] : [];
}

function linesOf(view: RunView, now: EpochMs, fold: boolean): TreeLine[] {
  const { run } = view;
  const label = `${plainLine(run.workflow)} ${plainLine(run.id)}`;
  const head = { lead: "", tone: RUN_TONES[run.status], label, facts: runFacts(run, now) };
  return [head, ...below(view, now, fold, "")];
}

function below(view: RunView, now: EpochMs, fold: boolean, lead: string): TreeLine[] {
  const states = shownStates(
    view.run,
    view.operations.map(({ operation }) => operation),
  );
  const rows = [
    ...view.operations.map((one) => operationRow(one, states, now, fold)),
    ...unrecorded(view).map((key) => ({
      line: { tone: "busy" as const, label: plainLine(key), facts: [] },
      child: undefined,
    })),
  ];
  return rows.flatMap(({ line, child }, index) => {
    const isLast = index === rows.length - 1;
    return [
      { ...line, lead: lead + (isLast ? "└─ " : "├─ ") },
      ...(child ? below(child, now, fold, lead + (isLast ? "   " : "│  ")) : []),
    ];
  });
}

/** What a worker is at and has not recorded yet: the heartbeat tells. */
const unrecorded = ({ run, operations }: RunView): string[] =>
  run.activity.filter((key) => !operations.some(({ operation }) => operation.key === key));

function operationRow(
  { operation, child }: OperationView,
  states: ReadonlyMap<string, ShownState>,
  now: EpochMs,
  fold: boolean,
): { line: Omit<TreeLine, "lead">; child: RunView | undefined } {
  if (!child) {
    const state = states.get(operation.key) ?? operation.state;
    const tone = OPERATION_TONES[state];
    const facts = operationFacts(operation, state, now);
    return {
      line: { tone, label: operationLabel(operation), facts },
      child: undefined,
    };
  }
  const { run } = child;
  const isFolded = fold && run.status === "succeeded";
  const facts = [
    ...(isFolded ? [`${child.operations.length} operations`] : []),
    ...runFacts(run, now),
    // Who is to look into it needs its id.
    ...(run.status === "blocked" ? [plainLine(run.id)] : []),
  ];
  const label = `${plainLine(run.workflow)} ${plainLine(operation.key)}`;
  return {
    line: { tone: RUN_TONES[run.status], label, facts },
    child: isFolded ? undefined : child,
  };
}

/** The key of an operation, with its kind where that is not plain. */
export const operationLabel = ({ key, kind }: Operation): string =>
  kind === "step" ? plainLine(key) : `${plainLine(key)} (${plainLine(kind)})`;

/** What is worth telling of a run beside its name. */
function runFacts(run: Run, now: EpochMs): string[] {
  const span = duration((run.finishedAt ?? now) - run.startedAt);
  const isPlain = run.status === "succeeded" || run.status === "running";
  return [
    ...(isPlain ? [] : [run.status]),
    ...(run.recoveries > 0 ? [`recovered ${times(run.recoveries)}`] : []),
    ...(isFinished(run.status) || run.status !== "queued" ? [span] : []),
  ];
}

const times = (count: number): string => (count === 1 ? "once" : `${count} times`);

/**
 * What is worth telling of an operation beside its name.
 * @param state what is shown of it
 */
export function operationFacts(operation: Operation, state: ShownState, now: EpochMs): string[] {
  const { attempts, errors, startedAt, endedAt, wakeAt } = operation;
  // What an attempt failed with says more than that all have failed.
  const last = errors.at(-1) ?? operation.error;
  const facts = attempts > 1 ? [`attempt ${attempts}`] : [];
  if (state === "backoff" && last) facts.push(plainLine(last.message, 80));
  // When it was given up is not recorded.
  if (state === "given up") return [...facts, state];
  if (state === "ended") return [...facts, duration((wakeAt ?? now) - startedAt)];
  if (wakeAt !== undefined && (state === "backoff" || state === "waiting")) {
    facts.push(`next in ${duration(wakeAt - now)}`);
  } else {
    facts.push(duration((endedAt ?? now) - startedAt));
  }
  if (state === "failed" && last) facts.push(plainLine(last.message, 80));
  return facts;
}
