import type { Savepoint } from "../../lambda/client/savepoint.ts";
import type { Clock } from "../../lambda/core/clock.ts";
import { event } from "../../lambda/index.ts";
import { openMessagesOf } from "./mailboxes.ts";
import type { Mirror } from "./mirror.ts";
import { isDormant, openWaits } from "./open-waits.ts";
import { isTorn } from "./torn.ts";

/** How often the postman makes his rounds, milliseconds. */
const ROUND_MS = 7_000;

/**
 * Somebody outside who sees to it that every program ends: he sends to runs that sleep until an event
 * comes what they wait for, one message a round. A run that sleeps over a message that is there gets
 * nothing from him, so he hides no lost wake-up. He ends a run that no code fits any more, as its operator must.
 */
export class Postman {
  readonly #mirror: Mirror;
  readonly #clock: Clock;
  readonly #savepoint: Savepoint;
  #sent = 0;

  constructor(mirror: Mirror, clock: Clock, savepoint: Savepoint) {
    this.#mirror = mirror;
    this.#clock = clock;
    this.#savepoint = savepoint;
  }

  begin(): void {
    this.#clock.after(ROUND_MS, () => {
      for (const [run, meta] of this.#mirror.metas) {
        if (isTorn(this.#mirror, meta)) void this.#terminate(run);
        if (!isDormant(meta)) continue;
        const there = openMessagesOf(this.#mirror, meta).map(({ name }) => name);
        const wait = openWaits(this.#mirror, meta).find(
          ({ isTimed, name }) => !isTimed && !there.includes(name),
        );
        if (wait?.token !== undefined) void this.#complete(wait.token);
        else if (wait) void this.#send(run, wait.name);
      }
      this.begin();
    });
  }

  async #terminate(run: string): Promise<void> {
    // He comes again; the run may have ended meanwhile.
    const terminated = this.#savepoint.get(run).terminate({ reason: "no code fits it" });
    await terminated.catch(() => undefined);
  }

  async #complete(token: string): Promise<void> {
    this.#sent += 1;
    await this.#savepoint.completeToken(token, `letter ${this.#sent}`).catch(() => undefined);
  }

  /** Sends an event; every other one has a key and is sent twice. */
  async #send(run: string, name: string): Promise<void> {
    this.#sent += 1;
    const number = this.#sent;
    const value = `letter ${number}`;
    const handle = this.#savepoint.get(run);
    const copies = number % 2 === 0 ? 2 : 1;
    const options = copies > 1 ? { idempotencyKey: `letter-${number}` } : {};
    for (let copy = 0; copy < copies; copy += 1) {
      // He comes again; the run may have ended meanwhile.
      await handle.send(event(name), value, options).catch(() => undefined);
    }
  }
}
