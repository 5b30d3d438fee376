import { CANCEL_KEY } from "../../lambda/engine/cancelled.ts";
import type { Item } from "../../lambda/store/attributes.ts";
import type { Entry } from "./bodies.ts";
import { givenUp } from "./cancel-oracle.ts";
import { type Change, historyOf, type Mirror, numberOf, textOf } from "./mirror.ts";

/** Reasons for which the engine takes a body away that will run again. */
const TAKEN_AWAY: readonly unknown[] = ["deadline", "lost"];

/** The last time a run was terminated: its owner hears of that within its lease. */
interface Termination {
  readonly life: string | undefined;
  readonly epoch: number;
  readonly leaseUntil: number;
}

/** Judges each time a step's body is entered. */
export class BodyOracle {
  readonly #mirror: Mirror;
  readonly #last = new Map<string, Entry>();
  /** The last epoch of each run that began over a lease. */
  readonly #takeovers = new Map<string, number>();
  readonly #terminations = new Map<string, Termination>();
  /** The rounds whose bodies were given each idempotency key. */
  readonly #rounds = new Map<string, number>();

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
  }

  /** Told of each change of the table; what is wrong with it, if anything. */
  changed({ row, pk, sk, before, after }: Change): string | undefined {
    if (sk.startsWith("OP#") && textOf(after, "s") === "done") return this.#judgeEnd(pk, sk, after);
    if (row === "terminate") {
      const epoch = numberOf(after, "epoch") ?? 0;
      const leaseUntil = numberOf(before, "leaseUntil") ?? 0;
      const life = textOf(after, "inc");
      this.#terminations.set(pk.slice("RUN#".length), { life, epoch, leaseUntil });
    }
    if (row === "resume ended run") return this.#judgeResume(pk, after);
    if (row !== "claim over a lease") return undefined;
    this.#takeovers.set(pk.slice("RUN#".length), numberOf(after, "epoch") ?? 0);
    return undefined;
  }

  /** Nobody resumes a terminated run while the one who was at work on it may not know. */
  #judgeResume(pk: string, after: Item): string | undefined {
    const id = pk.slice("RUN#".length);
    const terminated = this.#terminations.get(id);
    if (!terminated || terminated.life !== textOf(after, "inc")) return undefined;
    const at = numberOf(after, "dueAt") ?? 0;
    return at <= terminated.leaseUntil
      ? `${id} was resumed at ${at}, and its former owner's lease ends at ${terminated.leaseUntil}`
      : undefined;
  }

  /** A former owner settles no step whose body its taker has entered. */
  #judgeEnd(pk: string, sk: string, after: Item): string | undefined {
    const id = this.#mirror.runOf(pk) ?? "";
    const [, incarnation = ""] = pk.split("#");
    // What comes late to a life that was deleted has nothing to be judged by.
    if (textOf(this.#mirror.metas.get(id), "inc") !== incarnation) return undefined;
    const key = this.#mirror.idempotencyKeyOf({ pk, key: sk.slice("OP#".length) });
    const epoch = this.#last.get(`${pk} ${key}`)?.epoch ?? 0;
    return epoch > (numberOf(after, "e") ?? 0)
      ? `${id} ${sk} was settled in epoch ${numberOf(after, "e")}, and its body entered in ${epoch}`
      : undefined;
  }

  /** What is wrong with a body being entered now; undefined when nothing is. */
  judge(entry: Entry, now: number): string | undefined {
    const { run, epoch, idempotencyKey, process } = entry;
    const meta = this.#mirror.metas.get(run);
    const terminated = this.#terminations.get(run);
    if (terminated && epoch < terminated.epoch && now <= terminated.leaseUntil) return undefined;
    const operation = this.#mirror.byIdempotencyKey(run, idempotencyKey);
    const what = `${process} entered a body of ${run}${operation ? ` (${operation.key})` : ""}`;
    if (operation && textOf(operation.item, "s") === "done") return `${what} after it was done`;
    const delivery = meta && this.#mirror.operationsOf(meta).get(CANCEL_KEY)?.item;
    if (operation && givenUp(delivery).has(operation.key)) return `${what} after its cancel`;
    if (numberOf(meta, "epoch") !== epoch) {
      return `${what} in epoch ${epoch} while the run was in ${numberOf(meta, "epoch")}`;
    }
    if (!meta?.["owner"]) return `${what} without owning the run`;
    if ((numberOf(meta, "leaseUntil") ?? 0) < now) return `${what} after its lease had ended`;
    const round = numberOf(meta, "round") ?? 1;
    const key = `${textOf(meta, "inc")} ${idempotencyKey}`;
    const first = this.#rounds.get(key) ?? round;
    this.#rounds.set(key, first);
    if (first !== round) return `${what} in round ${round} with a key of round ${first}`;
    // A resumed run may ask again what it had asked before.
    const place = `${historyOf(meta)} ${idempotencyKey}`;
    const last = this.#last.get(place);
    this.#last.set(place, entry);
    if (last && entry.isOnce) return `${what} a second time, which is once too often`;
    return last && this.#isNeedless(last, entry) ? `${what} a second time for nothing` : undefined;
  }

  /** An attempt is repeated only when its worker died, lost its lease or took the body away. */
  #isNeedless(last: Entry, entry: Entry): boolean {
    if (last.attempt !== entry.attempt) return false;
    const takeover = this.#takeovers.get(entry.run) ?? 0;
    const wasTakenOver = takeover > last.epoch && takeover <= entry.epoch;
    return !wasTakenOver && !TAKEN_AWAY.includes(last.signal.reason);
  }
}
