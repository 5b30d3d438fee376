import { Trace } from "./trace.ts";

/** What one execution saw, as far as it is compared. */
export type Seen = Pick<Trace, "epoch" | "process" | "events">;

/**
 * The code of a run must be given the same world each time it is called again: of any two traces of
 * a run, the shorter is the beginning of the longer. What differs, or undefined.
 */
export function judgeTraces(run: string, traces: readonly Seen[]): string | undefined {
  const longest = longestOf(traces);
  if (!longest) return undefined;
  for (const trace of traces) {
    const place = trace.events.findIndex((event, index) => event !== longest.events[index]);
    if (place === -1) continue;
    const at = (one: Seen) => `epoch ${one.epoch} in ${one.process.name}: ${one.events[place]}`;
    return `${run} saw another order at event ${place + 1}: ${at(trace)} · ${at(longest)}`;
  }
  return undefined;
}

/**
 * The traces of a cancelled run as far as its owners saw them. A former owner may see the time of a timer
 * come that its successor's cancel rejects: a timer that is all the code waits for leaves no record, and
 * nothing that follows it there is recorded either.
 */
export const ownTraces = (traces: readonly Trace[]): Trace[] => traces.map(ownOf);

function ownOf(trace: Trace): Trace {
  const own = new Trace(trace.run, trace.epoch, trace.process, trace.round);
  own.events.push(...trace.events.slice(0, trace.ownEvents));
  return own;
}

/** The longest of the traces of a run. */
export const longestOf = <T extends Seen>(traces: readonly T[]): T | undefined =>
  traces.reduce<T | undefined>(
    (longest, one) => (one.events.length > (longest?.events.length ?? -1) ? one : longest),
    undefined,
  );

/** What the code of a run came to, as it saw it itself. */
export const endOf = (traces: readonly Trace[]): string | undefined => longestOf(traces)?.end;

/** Code is answered the same each time it asks whether it follows a change. What differs, or undefined. */
export function judgeAnswers(run: string, traces: readonly Trace[]): string | undefined {
  const answers = new Map<string, string>();
  for (const event of longestOf(traces)?.events ?? []) {
    const [, change = "", answer = ""] = /^gets patched (\w+) .*: (true|false)$/.exec(event) ?? [];
    if (change === "") continue;
    const before = answers.get(change) ?? answer;
    if (before !== answer) return `${run} was told both that it follows "${change}" and that not`;
    answers.set(change, answer);
  }
  return undefined;
}
