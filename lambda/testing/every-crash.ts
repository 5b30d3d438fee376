import { isDeepStrictEqual } from "node:util";
import { InvalidArgumentError } from "../core/errors.ts";
import { assertOptions } from "../core/known-options.ts";
import { shown } from "./shown.ts";
import {
  ENGINE_OPTIONS,
  engineWith,
  type TestEngine,
  type TestEngineOptions,
} from "./test-engine.ts";
import { writeName } from "./write-name.ts";

/** How a scenario is played. */
export interface EveryCrashOptions extends TestEngineOptions {
  /** Most crashes that are played, spread over all there are. Default: all, two at each write. */
  readonly samples?: number;
}

/** What playing a scenario with crashes came to. */
export interface CrashesPlayed<T> {
  /** What it gives without a crash, and gave with each. */
  readonly outcome: T;
  /** Crashes that were played. */
  readonly crashes: number;
}

/** A crash of the worker's process at a write. */
interface Crash {
  readonly when: "before" | "after";
  /** Number of the write, from 1. */
  readonly write: number;
}

/**
 * Plays a scenario in an engine of its own without a crash, and then once for each write that its workers
 * make, with a crash of the process just before it and just after it: what the scenario gives must be the
 * same each time. The runs recover by themselves.
 *
 * What may differ with a crash must not be part of what the scenario gives: times, for one, and how often a
 * body was called.
 * @param scenario sets up mocks, starts runs, acts, and gives what is to be the same; it catches the errors
 * that it expects
 * @throws Error that names the crash, and says what it changed; what the scenario throws without one
 * @throws InvalidArgumentError when no worker has anything to do in it
 */
export async function everyCrash<T>(
  options: EveryCrashOptions,
  scenario: (engine: TestEngine) => Promise<T>,
): Promise<CrashesPlayed<T>> {
  assertOptions("everyCrash", options, { ...ENGINE_OPTIONS, samples: true });
  const { samples, ...engine } = options;
  const calm = await play(engine, scenario, undefined);
  if ("error" in calm.outcome) throw calm.outcome.error;
  if (calm.writes.length === 0) {
    throw new InvalidArgumentError(
      "no worker has written anything in the scenario; have it start a run and wait for its result",
    );
  }
  const crashes = sampled(crashesAt(calm.writes.length), samples);
  for (const crash of crashes) {
    const { outcome, writes } = await play(engine, scenario, crash);
    if (isDeepStrictEqual(outcome, calm.outcome)) continue;
    const what = writes[crash.write - 1] ?? "that did not come about";
    throw new Error(
      `a crash ${crash.when} write ${crash.write} of ${calm.writes.length} (${what}) changes what the scenario comes to: expected that it ${outcomeText(calm.outcome)}, got that it ${outcomeText(outcome)}`,
    );
  }
  return { outcome: calm.outcome.value, crashes: crashes.length };
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/** Plays the scenario once; what it came to, and what its workers wrote. */
async function play<T>(
  options: TestEngineOptions,
  scenario: (engine: TestEngine) => Promise<T>,
  crash: Crash | undefined,
): Promise<{ outcome: Outcome<T>; writes: string[] }> {
  const writes: string[] = [];
  const engine = await engineWith(options, (action, body) => {
    const name = writeName(action, body);
    if (name === undefined) return undefined;
    writes.push(name);
    return writes.length === crash?.write ? `crash-${crash.when}` : undefined;
  });
  const played = await outcomeOf(() => scenario(engine));
  const written = [...writes];
  const closed = await outcomeOf(() => engine.close());
  // Why the scenario fails may well be why a crash of its own has not come.
  const outcome = "error" in closed && !("error" in played) ? closed : played;
  return { outcome, writes: written };
}

async function outcomeOf<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}

const crashesAt = (writes: number): Crash[] =>
  Array.from({ length: writes }, (_, index) => index + 1).flatMap((write): Crash[] => [
    { when: "before", write },
    { when: "after", write },
  ]);

/** At most so many of them, evenly spread. */
function sampled(all: readonly Crash[], samples = all.length): readonly Crash[] {
  if (!(samples >= 1)) {
    throw new InvalidArgumentError(`samples is ${samples}; give a number, 1 or more`);
  }
  const step = Math.max(all.length / samples, 1);
  return all.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

const outcomeText = <T>(outcome: Outcome<T>): string =>
  "error" in outcome ? `fails with ${shown(outcome.error)}` : `gives ${shown(outcome.value)}`;
