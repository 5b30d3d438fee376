import { expect, onTestFinished } from "vitest";
import type { NamedSavepoint } from "../../lambda/client/savepoint.ts";
import type { RunHandle, StartOptions, Workflow } from "../../lambda/index.ts";
import { expectSoundEnd } from "../engine/invariants.ts";
import { outcome } from "../engine/outcome.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";

/** What the bodies of a scenario have done. */
export let log: string[] = [];

/** Notes what a body does, and gives it back. */
export const note = (what: string): string => {
  log.push(what);
  return what;
};

/** A world that ends with its test, and what most scenarios do in it. */
export interface Scenario {
  readonly world: World;
  readonly savepoint: NamedSavepoint;
  /** Starts a run, of id `run` unless told otherwise. */
  start<Given, Output>(
    workflow: Workflow<Given, Output>,
    input: NoInfer<Given>,
    options?: StartOptions,
  ): Promise<RunHandle<Output>>;
  /** Lets time pass until the promise settles; its value, or its error as a value. */
  ending(promise: Promise<unknown>): Promise<unknown>;
  /** Lets time pass until the promise resolves. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** Lets that much time pass. */
  pass(ms: number): Promise<void>;
  /** Resolves when that much time has passed; for the bodies of steps. */
  rest(ms: number): Promise<void>;
  /** Status of a run. */
  status(id?: string): Promise<string>;
  /** Checks what must hold of any world whose runs have ended. */
  sound(): Promise<void>;
}

/** Opens a world that is at work. */
export async function openScenario(options: WorldOptions): Promise<Scenario> {
  const world = await World.create({ ...options });
  onTestFinished(() => world.end());
  log = [];
  world.begin();
  const savepoint = world.savepoint as NamedSavepoint;
  return {
    world,
    savepoint,
    start: (workflow, input, given = {}) =>
      world.until(savepoint.start(workflow, input, { id: "run", ...given })),
    ending: (promise) => outcome(world, promise),
    until: (promise) => world.until(promise),
    pass: (ms) => world.pass(ms),
    rest: (ms) => new Promise((resolve) => void world.clock.after(ms, resolve)),
    status: (id = "run") => world.until(savepoint.get(id).status()),
    sound: () => expectSoundEnd(world),
  };
}

/** Matches an error by its code, and by a part of its message. */
export const errorLike = (code: string, message = ""): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(message) as string });
