import type { Reasons } from "../coverage.ts";

/** Why scenarios of basics, steps, replay, changed code and recovery have no test, or lack a part. */
export const reasons: Reasons = {
  2: {
    kind: "not applicable",
    why: "Nothing is declared by decorators, so there is no such form.",
  },
  5: { kind: "later", why: "Published values are not built, so none is set outside of a run." },
  27: { kind: "later", why: "Published values are not built, so nothing waits for one." },
  28: { kind: "later", why: "Published values are not built." },
  30: { kind: "later", why: "Published values are not built, so no two set one." },
  41: {
    kind: "not applicable",
    why: "Versions are neither registered nor chosen: what is deployed is the latest, and to roll back is to deploy.",
  },
  42: { kind: "later", why: "Queues are not built." },
  45: { kind: "later", why: "Queues are not built, so that only starts and hints are repeated." },
};
