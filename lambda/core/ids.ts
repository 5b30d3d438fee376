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
  ulid: (now) => ulid(now, randomFraction),
  secret: () => randomBytes(32).toString("base64url"),
  random: randomFraction,
};

function randomFraction(): number {
  return randomBytes(6).readUIntBE(0, 6) / 2 ** 48;
}
