import type { Reasons } from "../coverage.ts";

/** Why scenarios of basics, steps, determinism and recovery have no test, or lack a part. */
export const reasons: Reasons = {
  42: { kind: "later", why: "Queues are not built." },
};
