import { type Encoded, encodeValue } from "../core/codec.ts";
import { InvalidArgumentError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { isTokenMessage } from "../core/token.ts";
import { validate } from "../core/schema-validation.ts";
import type { Meta } from "../store/meta.ts";
import { historyPk } from "../store/schema.ts";
import { birthTtl } from "../store/start-run.ts";
import { turn } from "./bell.ts";
import { assertContext } from "./assert-context.ts";
import { cancelAbandoned } from "./cancel-child.ts";
import { deliveredCancel } from "./cancelled.ts";
import type { Execution } from "./execution.ts";
import { handOver, quiesce, type Released } from "./release.ts";
import { pagesForNextRound, pastForNextRound } from "./spill.ts";

/** The round that the code has asked for, instead of coming to an end. */
export interface Continuation {
  readonly input: Encoded;
  /** Ends the call with an error: the run was cancelled before the round began. */
  readonly reject: (error: unknown) => void;
}

/** `ctx.continueAsNew`: asks for the next round; does not return unless it is refused. */
export async function askContinueAsNew(execution: Execution, given: unknown): Promise<never> {
  const { bell, deps, meta, pending } = execution;
  assertContext(execution, "continueAsNew");
  const what = `input of workflow "${meta.workflow}"`;
  const schema = deps.workflows.get(meta.workflow)?.inputSchema;
  const input = encodeValue(schema ? await validate(schema, given, what) : given, { what });
  // Last, because a branch may have started one while the schema took its time.
  const child = [...pending.values()].find(({ kind }) => kind === "run");
  if (child) {
    throw new InvalidArgumentError(
      `run ${meta.id} asked to continue as new while it waits for the child run "${child.key}"; await or race it first`,
    );
  }
  // No round follows a cancelled one: the store would refuse it to each owner in turn, until the hops run out.
  const cancelled = deliveredCancel(execution);
  if (cancelled) throw cancelled;
  return new Promise<never>((_, reject) => {
    execution.continuation = { input, reject };
    bell.ring();
  });
}

/** A message that a wait was given and will not record any more goes along into the next round. */
async function putBackUnrecorded({ outside, pending }: Execution): Promise<void> {
  // The last of the writes has ended; whoever made it has still to say what it came to.
  await turn();
  for (const { record, taken } of pending.values()) {
    if (taken !== undefined && record?.state !== "done") outside.mailbox.putBack(taken);
  }
}

/**
 * Row 24: begins the next round under the same lease. What came meanwhile is taken along; a cancel request
 * is delivered to the ended round, by the next claim.
 */
export async function continueAsNew(
  execution: Execution,
  { input }: Continuation,
): Promise<Released | { readonly next: Meta }> {
  const { deps, lease, meta, outside } = execution;
  if (!(await quiesce(execution))) return "lost";
  // The next round knows nothing of this one's children.
  await cancelAbandoned(execution);
  await lease.pause();
  await putBackUnrecorded(execution);
  const now = deps.clock.now();
  const nextPk = historyPk(meta.incarnation, meta.generation + 1);
  const stored = await deps.store.values.keep(input, {
    historyPk: nextPk,
    inlineBytes: LIMITS.metaInlineBytes,
    ttlSeconds: Math.max(meta.historyTtl, birthTtl(now, meta.deadline)),
    nonce: deps.ids.nonce(),
  });
  const spilled = await pagesForNextRound(execution, nextPk);
  const past = await pastForNextRound(execution, nextPk);
  for (;;) {
    const { mailbox, wakeSeq: seenWakeSeq } = outside;
    const begun = await deps.store.continueAsNew(lease.me, deps.ids.nonce(), {
      input: stored,
      now: deps.clock.now(),
      // A token ends with its round, and what it was completed with.
      left: { box: mailbox.left.box.filter(({ name }) => !isTokenMessage(name)), spilled },
      seenWakeSeq,
      past,
    });
    if (begun.outcome === "lost") return "lost";
    if (begun.outcome === "done") {
      lease.enterGeneration(begun.meta.generation);
      lease.keep();
      return { next: begun.meta };
    }
    outside.heard(begun.meta);
    if (outside.cancel || outside.wakeSeq === seenWakeSeq) return handOver(execution);
  }
}
