import { seededRandom } from "../../lambda/testing/seeded-ids.ts";

/** Seed of all samples; another one is given in the environment, to look elsewhere. */
const SEED = Number(process.env["SAVEPOINT_SAMPLE_SEED"] ?? 1);

/** Numbers from 1 to `last`, all of them or that many, spread evenly and drawn anew for each seed. */
export function sampled(last: number, samples: number): number[] {
  if (samples >= last) return Array.from({ length: last }, (_, index) => index + 1);
  process.stderr.write(`${samples} of ${last} calls, SAVEPOINT_SAMPLE_SEED=${SEED}\n`);
  const random = seededRandom(SEED);
  const stride = last / samples;
  return Array.from({ length: samples }, (_, index) => 1 + Math.floor((index + random()) * stride));
}

/** Each of these cases with a crash before, and with one after, what it is about. */
export const withCrashes = (cases: object) =>
  Object.keys(cases).flatMap((name) => [
    [name, "crash-before" as const] as const,
    [name, "crash-after" as const] as const,
  ]);
