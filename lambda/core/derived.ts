import { createHash } from "node:crypto";
import type { EpochMs } from "./clock.ts";

/** Bytes that depend on nothing but the run, the round, the place of the call and the time it sees. */
function derive(seed: string, round: number, key: string, now: EpochMs): Buffer {
  return createHash("sha256").update(`${seed}\n${round}\n${key}\n${now}`).digest();
}

/** A number in [0, 1), the same for the same arguments. */
export const derivedRandom = (seed: string, round: number, key: string, now: EpochMs): number =>
  derive(seed, round, key, now).readUIntBE(0, 6) / 2 ** 48;

/** A UUID (version 8, RFC 9562: its bits are ours to choose), the same for the same arguments. */
export function derivedUuid(seed: string, round: number, key: string, now: EpochMs): string {
  const bytes = derive(seed, round, key, now).subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}
