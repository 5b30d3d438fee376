import { ulid } from "ulid";
import type { Ids } from "../core/ids.ts";

/** A generator of numbers in [0, 1) from a seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Ids that are the same for the same seed. */
export function seededIds(seed: number): Ids {
  const random = seededRandom(seed);
  let nonces = 0;
  return {
    nonce: () => `n${seed}.${(nonces += 1)}`,
    ulid: (now) => ulid(now, random),
    secret: () =>
      Buffer.from(Array.from({ length: 32 }, () => Math.floor(random() * 256))).toString(
        "base64url",
      ),
    random,
  };
}
