import type { EpochMs } from "../core/clock.ts";
import { LIMITS } from "../core/limits.ts";
import { type Log, logWith } from "../core/log.ts";
import { InvalidArgumentError, type NonDeterminismError } from "../core/errors.ts";
import { historyOf, type Meta } from "../store/meta.ts";
import type { OperationKind, OperationRecord } from "../store/operation.ts";
import { assertContext } from "./assert-context.ts";
import { Bell } from "./bell.ts";
import type { Continuation } from "./continue.ts";
import type { EngineDependencies, Invocation } from "./dependencies.ts";
import { CANCEL_KEY, isCancellable, isLosing, rejectPending } from "./cancelled.ts";
import type { ExecutionParts } from "./execution-parts.ts";
import { isFinal } from "./final-error.ts";
import type { History, OperationRequest } from "./history.ts";
import type { Lease } from "./lease.ts";
import type { Behaviour, Markable, Operation, Phase, StopReason } from "./operation.ts";
import { Origins } from "./origins.ts";
import type { Result } from "./output.ts";
import { Outside } from "./outside.ts";
import { type Scope, ScopeSet } from "./scope.ts";
import { type Settlement, Settlements } from "./settlements.ts";
import { type Undoable, undoable } from "./undo.ts";

/** A promise that never settles: what suspended code awaits. It is never an exception. */
export const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/**
 * One call of a workflow function: what it has asked for, what is known, what is being done. It
 * belongs to one claim; once it is over, everything asked of it stays unanswered and nothing is
 * written, because a frozen process may thaw old continuations into a later invocation.
 */
export class Execution {
  readonly deps: EngineDependencies;
  readonly meta: Meta;
  readonly lease: Lease;
  readonly invocation: Invocation;
  readonly history: History;
  readonly outside: Outside;
  readonly historyPk: string;
  readonly log: Log;
  readonly bell: Bell;
  readonly settlements: Settlements;
  readonly pending = new Map<string, Operation>();
  readonly bodies = new Set<AbortController>();
  readonly abort = new AbortController();

  isLive = false;
  /** No more bodies start here: the invocation ends, or its share of operations is used up. */
  isStopping = false;
  returned: Result | undefined;
  /** The code has returned what its schema judges just now, or has to in another invocation. */
  judging: "now" | "later" | undefined;
  /** The code has asked for the next round. */
  continuation: Continuation | undefined;
  mismatch: NonDeterminismError | undefined;
  ending: "lost" | "reload" | undefined;
  /** A write that AWS refuses for good, and the operation it was made for. */
  failure: { readonly error: Error; readonly operation: string } | undefined;
  /** A cancel request has been delivered: however the code ends, the run ends as cancelled. */
  isCancelled = false;
  /** Scopes that lost a race: nothing in them is asked or recorded any more. */
  readonly closed = new ScopeSet();
  /** The same while the race is being recorded: what they ask for is not begun, and nothing is recorded of them. */
  readonly losing = new ScopeSet();
  /** What `ctx.patched` has answered, by id. */
  readonly patches = new Map<string, Promise<boolean>>();
  /** Answers that deny a patch, not given yet, in the order in which they were asked for. */
  readonly denials: (() => void)[] = [];
  /** Patches denied, timers fired and operations given up that a former owner may settle, until marked. */
  unfenced: Markable[] = [];
  /** A cancel request is being recorded: nothing else may be written until it is. */
  isCancelling = false;
  /** Ids of children of this run's own that nobody waits for any more. */
  readonly abandoned = new Map<string, OperationRecord>();
  /** What completed steps have given to undo them, in the order in which they settled. */
  readonly undos: Undoable[] = [];
  readonly origins = new Origins();
  /** The operation settled last, for messages. */
  lastSettled: string | undefined;
  /** Since when the code has asked nothing and been given nothing; undefined until it is looked at. */
  idleSince: EpochMs | undefined;
  /** When META is to be read next, in monotonic time: rings of the bell must not put it off. */
  nextPollAt: number | undefined;
  /** Settlements that this execution has added to the history. */
  settledLive = 0;
  /** Outcomes that the code was given, recorded or not. */
  given = 0;
  /** What the run has recorded: settlements and failed attempts. */
  progress: number;
  hasStartedBody = false;
  longestBodyMs: number;
  /** Whether a mark counts against the operation; it does once per claim. */
  readonly countsKills: boolean;

  readonly #isTakeover: boolean;
  #isOver = false;
  #active = 0;
  #writes = 0;
  #lastSettledAt: EpochMs;
  readonly #asked = new Set<string>();

  constructor(deps: EngineDependencies, given: ExecutionParts) {
    this.deps = deps;
    this.meta = given.meta;
    this.lease = given.lease;
    this.history = given.history;
    this.invocation = given.invocation;
    this.longestBodyMs = given.longestBodyMs;
    this.settlements = new Settlements(given.placesTaken);
    this.#isTakeover = given.isTakeover;
    this.countsKills = given.countsKills;
    this.historyPk = historyOf(given.meta);
    this.log = logWith(deps.log, { run: given.meta.id, workflow: given.meta.workflow });
    this.bell = new Bell(deps.clock);
    this.progress = given.history.progress;
    this.#lastSettledAt = given.meta.roundAt;
    this.outside = new Outside(given.meta, given.history.taken, deps.clock);
  }

  /** Time as the workflow sees it: when the last operation it knows of had settled. */
  get now(): EpochMs {
    return this.#lastSettledAt;
  }
  /**
   * Whether operations must be marked before they begin: their former owner can only be at work on
   * what was askable before anything new settled here.
   */
  get marksFirst(): boolean {
    return this.#isTakeover && this.settledLive === 0;
  }
  /** Whether everything that a former owner may be at work on has been marked. */
  get isFenced(): boolean {
    if (!this.marksFirst) return true;
    const isHeld = [...this.pending.values()].some(({ phase }) => phase === "held");
    return this.isLive && this.unfenced.length === 0 && !isHeld;
  }
  get isOver(): boolean {
    return this.#isOver;
  }
  /** Whether a body runs or a write is in flight. */
  get isBusy(): boolean {
    return this.#active > 0 || this.#writes > 0;
  }
  get hasWrites(): boolean {
    return this.#writes > 0;
  }
  /** Whether there is a cancel request that the code has not seen. */
  get mustCancel(): boolean {
    return this.outside.cancel !== undefined && !this.isCancelled;
  }
  /** Whether the code has asked for the operation of that key. */
  hasAsked(key: string): boolean {
    return this.#asked.has(key);
  }
  /** Whether nothing but this operation is pending: what it comes to then needs no record. */
  isAlone(operation: Operation): boolean {
    return this.pending.size === 1 && this.pending.has(operation.key) && !this.settlements.isOpen;
  }

  /** Records that the code asks for an operation; the promise settles in the order of settlement. */
  async ask<T>(scope: Scope, kind: OperationKind, name: string, behaviour: Behaviour): Promise<T> {
    assertContext(this, name);
    if (this.closed.has(scope.path)) return never();
    return this.enqueue<T>(scope.request(kind, name), behaviour);
  }

  /** Makes an operation pending under a key that is known already. */
  async enqueue<T>(request: OperationRequest, behaviour: Behaviour): Promise<T> {
    // What was done is undone however much that was.
    if (request.kind !== "rollback" && this.#asked.size >= LIMITS.operationsMax) {
      throw new InvalidArgumentError(
        `run ${this.meta.id} asks for more than ${LIMITS.operationsMax} operations; split it into child runs`,
      );
    }
    this.#asked.add(request.key);
    this.idleSince = undefined;
    this.mismatch ??= this.history.mismatch(request);
    this.bell.ring();
    if (this.mismatch) return never();
    return new Promise<T>((resolve, reject) => {
      this.pending.set(request.key, {
        ...request,
        behaviour,
        resolve: resolve as (value: unknown) => void,
        reject,
        record: this.history.find(request.key),
        askedAfter: this.given,
        phase: "held",
        wait: undefined,
      });
    });
  }

  enter(operation: Operation, phase: Phase): void {
    if (operation.phase === "active") this.#active -= 1;
    if (phase === "active") this.#active += 1;
    operation.phase = phase;
    this.bell.ring();
  }

  /**
   * Runs a call for an operation. One that AWS refuses for good, or that reads what cannot be read, fails
   * the run: so it would after any number of takeovers. One whose outcome stays unknown ends the
   * execution, and the lease is left to end.
   */
  async inFlight<T>(operation: { readonly key: string }, write: () => Promise<T>): Promise<T> {
    if (this.#isOver || this.ending || this.failure || this.isDropped(operation)) return never();
    this.#writes += 1;
    try {
      return await write();
    } catch (error) {
      if (isFinal(error)) {
        this.fail(operation, error);
      } else {
        this.log.error("a write's outcome is unknown; the run goes on after its lease", {
          operation: operation.key,
          error,
        });
        void this.end("lost");
      }
    } finally {
      this.#writes -= 1;
      this.bell.ring();
    }
    return never();
  }

  /** Fails the run with an error that every later owner would meet again at this operation. */
  fail({ key }: { readonly key: string }, error: Error): void {
    this.log.error("the run fails: no worker could go on with it", { operation: key, error });
    this.failure ??= { error, operation: key };
    this.bell.ring();
  }

  /** Whether nobody waits for an operation any more, so that nothing of it may be recorded. */
  isDropped(operation: { readonly key: string; readonly kind?: OperationKind }): boolean {
    if (operation.key === CANCEL_KEY || this.settlements.isReservedFor(operation.key)) return false;
    const pending = this.pending.get(operation.key);
    if (pending !== operation || isLosing(this, pending)) return true;
    return this.isCancelling && isCancellable(operation);
  }
  /** Fills a place once its write is acknowledged; the code sees it in its turn. */
  fill(place: number, settlement: Settlement): void {
    this.settlements.fill(place, settlement);
    const operation = this.pending.get(settlement.key);
    if (operation) this.enter(operation, "waiting");
  }
  /** Gives the code an outcome. */
  give({ key, outcome, at, isNew }: Settlement): void {
    const operation = this.pending.get(key);
    if (!operation && key !== CANCEL_KEY) return;
    this.pending.delete(key);
    this.given += 1;
    this.lastSettled = key;
    this.idleSince = undefined;
    this.#lastSettledAt = Math.max(this.#lastSettledAt, at);
    if (isNew) {
      this.progress += 1;
      this.settledLive += 1;
    }
    if (!operation) return rejectPending(this, outcome.ok ? (outcome.value as string[]) : []);
    if (outcome.ok) this.undos.push(...undoable(operation, outcome.value));
    if (outcome.ok) return operation.resolve(outcome.value);
    this.origins.note(outcome.error, key);
    operation.reject(outcome.error);
  }

  /** Progress that META does not know of yet. */
  unmarkedProgress(): number | undefined {
    return this.progress > this.outside.mark ? this.progress : undefined;
  }
  /** Takes in META as the reply to a write or a later read showed it. */
  heard(meta: Meta): void {
    this.outside.heard(meta);
    this.bell.ring();
  }

  /** Ends the execution: bodies are told to stop, and nothing it is asked is answered any more. */
  close(reason: StopReason): void {
    this.#isOver = true;
    this.stopBodies(reason);
    if (!this.abort.signal.aborted) this.abort.abort(reason);
  }
  stopBodies(reason: StopReason): void {
    for (const body of this.bodies) body.abort(reason);
  }

  /** Ends the execution because the run is, or may be, another's, or its history was read too early. */
  end<T>(ending: "lost" | "reload"): Promise<T> {
    if (!this.ending || ending === "lost") this.ending = ending;
    this.close("lost");
    this.bell.ring();
    return never();
  }
}
