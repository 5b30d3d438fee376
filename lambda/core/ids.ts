import { randomBytes } from "node:crypto";
import { ulid } from "ulid";
import type { EpochMs } from "./clock.ts";

/** Identity and chance as a port: production draws from the system, tests from a seed. */
export interface Ids {
  /** A fresh name for one write or one owner: 72 bits, 12 URL-safe characters. */
  nonce(): string;
  /** A sortable unique id (ULID) born at `now`. */
  ulid(now: EpochMs): string;
  /** What nobody can guess: 32 bytes, 43 URL-safe characters. */
  secret(): string;
  /** A number in [0, 1). */
  random(): number;
}

/** Ids from the operating system's randomness. */
export const systemIds: Ids = {
  nonce: () => randomBytes(9).toString("base64url"),
  ulid(now) {
    const fractions = fractionsOfBytes();
    return ulid(now, () => fractions.next().value);
  },
  secret: () => randomBytes(32).toString("base64url"),
  random: randomFraction,
};

const ULID_RANDOM_CHARACTERS = 16;

/** A byte is enough for a character of five bits, and all of them in one draw cost an eighth of sixteen. */
function* fractionsOfBytes(): Generator<number, never> {
  for (;;) for (const byte of randomBytes(ULID_RANDOM_CHARACTERS)) yield byte / 256;
}

function randomFraction(): number {
  return randomBytes(6).readUIntBE(0, 6) / 2 ** 48;
}
