import type { World } from "../../lambda/testing/world.ts";

/** What a promise comes to while time passes: its value, or its error as a value. */
export const outcome = (world: World, promise: Promise<unknown>): Promise<unknown> =>
  world.until(
    promise.then(
      (value) => value,
      (error: unknown) => error,
    ),
  );
