import { Process, processClock } from "../../lambda/testing/process.ts";
import { seededRandom } from "../../lambda/testing/seeded-ids.ts";
import { VirtualClock } from "../../lambda/testing/virtual-clock.ts";
import { World } from "../../lambda/testing/world.ts";
import type { WatchedCall } from "../../lambda/testing/world-options.ts";
import { ActOracle } from "./act-oracle.ts";
import { ActPlan } from "./act-plan.ts";
import type { Act } from "./acts.ts";
import { Bodies, type Entry } from "./bodies.ts";
import { type CodeChange, FIRST } from "./deploys.ts";
import { FaultPlan } from "./fault-plan.ts";
import { HintOracle } from "./hint-oracle.ts";
import { interpret } from "./interpret.ts";
import type { JournalEntry } from "./journal.ts";
import { handOut } from "./leaflets.ts";
import { type Change, Mirror, textOf } from "./mirror.ts";
import { BODIES, DEPLOYS, Oracles } from "./oracles.ts";
import { perform, type Stage } from "./perform.ts";
import { Postman } from "./postman.ts";
import { PromptOracle } from "./prompt-oracle.ts";
import { Rollout } from "./rollout.ts";
import { rowOf } from "./rows.ts";
import type { Scenario, Start } from "./scenario.ts";
import type { Trace } from "./trace.ts";
import { TraceBook } from "./trace-book.ts";
import type { Violation } from "./violation.ts";

/** Calls after which a play is said not to end. */
const CALLS_MAX = 20_000;
/**
 * Virtual time after which it is said to be stuck, milliseconds: that of the slowest play twice over. Where the
 * sweeper alone brings runs, from an index that lags, each operation may take two minutes; blocked runs are
 * looked at once an hour.
 */
const STUCK_MS = 8 * 3_600_000;
/** How long a message stays hidden whose worker dies before its claim, seconds. */
const VISIBILITY_SECONDS = 20;
/** A sweeper's clock is ahead by less than this, milliseconds. */
const SKEW_MAX_MS = 1_000;
/** What is watched on after all runs have finished, milliseconds. */
const AFTERMATH_MS = 30_000;

/** One play of a scenario: its world, and everything that was seen in it. */
export class Play {
  readonly scenario: Scenario;
  readonly mirror = new Mirror();
  readonly #book = new TraceBook(this.mirror);
  readonly entries: Entry[] = [];
  readonly journal: JournalEntry[] = [];
  readonly faults: FaultPlan;
  violation: Violation | undefined;
  readonly #clock = new VirtualClock();
  readonly #startedAt = this.#clock.now();
  readonly #hintOracle = new HintOracle();
  readonly #actOracle = new ActOracle(this.mirror);
  readonly #promptOracle: PromptOracle;
  readonly #rollout: Rollout;
  readonly #oracles: Oracles;
  readonly #acts: ActPlan;
  #end: () => void = () => undefined;
  readonly #finishers = new Map<string, string>();
  #actionsLeft: number;
  #endedAtMs = 0;
  #world: World | undefined;

  private constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.faults = new FaultPlan(scenario.faults, scenario.seed, this.#clock);
    this.#promptOracle = new PromptOracle(scenario, this.faults.hits);
    this.#rollout = new Rollout(scenario.deploys, scenario.seed, this.#clock);
    this.#oracles = new Oracles(this.mirror, this.#rollout);
    this.#actionsLeft = scenario.actions.length;
    this.#acts = this.#actPlan(scenario.acts);
  }

  /** Plays a scenario until all its runs have finished and owe nothing, or something is wrong. */
  static async of(scenario: Scenario): Promise<Play> {
    const play = new Play(scenario);
    await play.#play();
    return play;
  }

  /** The world it was played in. */
  get world(): World {
    if (!this.#world) throw new Error("the play has not begun");
    return this.#world;
  }

  /** When everything was over, milliseconds since the beginning. */
  get endedAtMs(): number {
    return this.#endedAtMs;
  }

  /** The traces of the executions of every history. */
  get traces(): ReadonlyMap<string, Trace[]> {
    return this.#book.traces;
  }

  /** How the code that has finished a run differs from its program. */
  changeOf(run: string): CodeChange | undefined {
    return this.#rollout.of(this.#finishers.get(run) ?? "").change;
  }

  /** How the code of a process differs from the programs. */
  changeIn(process: string): CodeChange | undefined {
    return this.#rollout.of(process).change;
  }

  /** The traces of a run's present history. */
  readonly tracesOf = (run: string): Trace[] => this.#book.of(run);

  /** Notes something that must never be; the first counts, and ends the play. */
  violate(oracle: string, what: string): void {
    this.violation ??= { oracle, what };
    this.#end();
  }

  async #play(): Promise<void> {
    const world = await this.#open();
    try {
      world.begin();
      new Postman(this.mirror, this.#clock, world.savepoint).begin();
      handOut(this.scenario.setup.leaflets, this.mirror, this.#clock, world.savepoint);
      for (const start of this.scenario.actions) {
        this.#clock.after(start.atMs, () => void this.#start(start));
      }
      this.#acts.begin();
      do {
        await world.until(this.#ending());
        this.#endedAtMs = this.#clock.now() - this.#startedAt;
        if (!this.violation) await world.pass(AFTERMATH_MS);
        // A child may be put by a call that comes late, and then ends like any other run.
      } while (!this.violation && this.mirror.unfinished.length > 0);
    } catch (error) {
      this.violate("every run ends", `${String(error)}: ${this.mirror.unfinished.join(", ")}`);
    }
    this.faults.end();
    await world.end();
  }

  async #open(): Promise<World> {
    const { setup, seed } = this.scenario;
    const { faults } = this;
    const travel = seededRandom(seed * 7 + 3);
    this.#world = await World.create({
      clock: this.#clock,
      seed,
      workflows: this.#workflows(new Process("client")),
      workflowsOf: (process, code) => this.#workflows(process, code),
      code: () => this.#rollout.next(),
      settings: setup.settings,
      concurrency: setup.concurrency,
      invocationMs: setup.invocationMs,
      visibilitySeconds: VISIBILITY_SECONDS,
      freezesIdle: true,
      stuckAfterMs: STUCK_MS,
      aroundSweep: async (sweep) => {
        if (this.mirror.isAnyDue(this.#clock.now() + SKEW_MAX_MS)) await sweep();
      },
      travelMs: () => 1 + Math.floor(travel() ** 3 * setup.travelMaxMs),
      fault: (n, action, body, process) => {
        const row = this.#rowOf(action, body);
        const run = () => this.mirror.runOfCall(body);
        return this.#acts.befall(row, body) ?? faults.befall(n, { row, run }, process);
      },
      bystanderFault: (action, body, process) =>
        this.#acts.troubleOf(process) ?? faults.befallBystander(this.#rowOf(action, body), process),
      skewMs: (process) => faults.skewMs(process),
      indexLagMs: (index) => faults.indexLagMs(index),
      deliveryPlan: faults.delivery(),
      watch: (call) => this.#watch(call),
    });
    return this.#world;
  }

  #rowOf(action: string, body: string): string {
    try {
      return rowOf(action, body);
    } catch (error) {
      // The engine would take it for a call that failed.
      this.violate("every call is known", String(error));
      throw error;
    }
  }

  #workflows(process: Process, code = FIRST.code) {
    this.#rollout.begun(process.name, code);
    const clock = processClock(this.#clock, process);
    const bodies = new Bodies(
      process,
      clock,
      (entry) => this.#entered(entry),
      () => this.world.savepoint,
    );
    return interpret(this.scenario.programs, process, bodies, (trace) => this.#begun(trace), {
      change: this.#rollout.of(process.name).change,
      before: (trace) => this.tracesOf(trace.run).filter((one) => one !== trace),
      entered: (run) => this.violate(DEPLOYS, `${run} entered a body that its code made up`),
    });
  }

  #begun(trace: Trace): void {
    const wrong = this.#book.begun(trace);
    if (wrong) this.violate("nothing of one round is visible to the next", wrong);
  }

  #entered(entry: Entry): void {
    this.entries.push(entry);
    const wrong = this.#oracles.bodies.judge(entry, this.#clock.now());
    if (wrong) this.violate(BODIES, wrong);
  }

  #watch(call: WatchedCall): void {
    const row = this.#rowOf(call.action, call.body);
    this.journal.push({ atMs: this.#clock.now() - this.#startedAt, call, row });
    if (call.action === "DeleteItem" && call.response.status === 200) this.#deleted(call);
    const change = this.mirror.apply(call, row);
    const run = () => this.mirror.runOfCall(call.body);
    if (call.response.status === 200) this.faults.happened(call.process, { row, run });
    if (row === "send hint") this.#promptOracle.sent(call, this.#clock.now());
    const renewed = this.#hintOracle.judge(call, row);
    if (renewed) this.violate("no hint renews itself", renewed);
    if (change) this.#changed(change);
    if (this.journal.length > CALLS_MAX) {
      this.violate("every run ends", `no end after ${CALLS_MAX} calls`);
    }
  }

  #changed(change: Change): void {
    const now = this.#clock.now();
    this.#oracles.judge(change, now, (oracle, what) => this.violate(oracle, what));
    if (change.sk !== "META") return;
    if (change.row === "finish") this.#finishers.set(change.pk.slice(4), change.process);
    this.#book.changed(change);
    const overdue = this.#promptOracle.judge(change, now);
    if (overdue) this.violate("a run does not wait for the sweeper", overdue);
    this.#endIfOver();
  }

  /** Resolves when all is over, or something is wrong. */
  async #ending(): Promise<void> {
    return new Promise((resolve) => {
      this.#end = resolve;
      if (this.violation) resolve();
      else this.#endIfOver();
    });
  }

  #endIfOver(): void {
    const isOver =
      this.#actionsLeft === 0 && !this.#acts.isBusy && this.mirror.unfinished.length === 0;
    if (isOver && !this.#acts.next()) this.#end();
  }

  #deleted({ body }: WatchedCall): void {
    const { Key } = JSON.parse(body) as { Key: { pk: { S: string }; sk: { S: string } } };
    const before = this.mirror.remove(Key.pk.S, Key.sk.S);
    if (Key.sk.S !== "META") return;
    const needed = this.#actOracle.judgeDeletion(Key.pk.S.slice("RUN#".length), before);
    if (needed) this.violate("what is done from outside is done once, and wholly", needed);
  }

  #actPlan(acts: readonly Act[]): ActPlan {
    return new ActPlan(acts, {
      clock: this.#clock,
      clientOf: (process) => this.world.clientOf(process),
      parentOf: (run) => textOf(this.mirror.metas.get(run), "parent")?.split(" ")[1],
      runOf: (body) => this.mirror.runOfCall(body),
      perform: (act, run, savepoint) => perform(this.#stage, act, run, savepoint),
      failed: (act, error) =>
        this.violate("an act is answered", `${act.kind}: ${(error as Error).stack}`),
      done: () => this.#endIfOver(),
    });
  }

  get #stage(): Stage {
    const workflows = this.#workflows(new Process("client"));
    const { scenario, mirror, world } = this;
    return { scenario, mirror, world, workflows };
  }

  async #start({ run, program, timeoutMs }: Start): Promise<void> {
    const { savepoint } = this.world;
    const workflow = this.#workflows(new Process("client"))[program];
    if (!workflow) throw new Error(`there is no program ${program}`);
    for (;;) {
      try {
        await savepoint.start(workflow, "given", { id: run, timeout: timeoutMs });
        break;
      } catch (error) {
        // The client's user tries again; starting twice is starting once.
        if ((error as Error).name !== "StoreUnavailableError") throw error;
      }
    }
    this.#actionsLeft -= 1;
    this.#endIfOver();
  }
}
