import { ActOracle } from "./act-oracle.ts";
import { BodyOracle } from "./body-oracle.ts";
import { judgeLosers } from "./race-oracle.ts";
import { CancelOracle } from "./cancel-oracle.ts";
import { DeployOracle } from "./deploy-oracle.ts";
import { MessageOracle } from "./message-oracle.ts";
import type { Change, Mirror } from "./mirror.ts";
import type { Rollout } from "./rollout.ts";
import { judgeChange } from "./state-oracle.ts";

/** Names of the oracles that judge bodies and deployments, which others name, too. */
export const BODIES = "a body is entered by the owner, and never again";
export const DEPLOYS = "only code that no longer fits blocks a run";

/** The oracles that judge each change of the table as it takes effect. */
export class Oracles {
  readonly bodies: BodyOracle;
  readonly #judges: readonly (readonly [
    oracle: string,
    judge: (change: Change, now: number) => string | undefined,
  ])[];

  constructor(mirror: Mirror, rollout: Rollout) {
    this.bodies = new BodyOracle(mirror);
    const messages = new MessageOracle(mirror);
    const acts = new ActOracle(mirror);
    const cancels = new CancelOracle(mirror);
    const deploys = new DeployOracle(mirror, rollout);
    this.#judges = [
      [BODIES, (change) => this.bodies.changed(change)],
      ["every transition is legal", (change, now) => judgeChange(change, mirror, now)],
      ["every message is taken once, in order", (change, now) => messages.judge(change, now)],
      ["what is done from outside is done once, and wholly", (change) => acts.judge(change)],
      [
        "a cancel ends a run and its children, and nothing else",
        (change, now) => cancels.judge(change, now),
      ],
      ["what loses a race is over with it", (change) => judgeLosers(change, mirror)],
      [DEPLOYS, (change, now) => (change.sk === "META" ? deploys.judge(change, now) : undefined)],
    ];
  }

  /** Tells what is wrong with a change, with the oracle that says so. */
  judge(change: Change, now: number, violate: (oracle: string, what: string) => void): void {
    for (const [oracle, judge] of this.#judges) {
      const wrong = judge(change, now);
      if (wrong) violate(oracle, wrong);
    }
  }
}
