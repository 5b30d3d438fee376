import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { bundleMark } from "../core/keys.ts";
import { decideRefusedClaim } from "../core/refused-claim.ts";
import { parseHint } from "../queue/hints.ts";
import type { Meta } from "../store/meta.ts";
import { advanceRun, type HeldClaim } from "./advance.ts";
import { mustBeAlone } from "./caps.ts";
import type { EngineDependencies, Invocation } from "./dependencies.ts";
import { flushTelemetry } from "./flush-telemetry.ts";
import { MessageKeeper } from "./message-keeper.ts";
import { sendHint } from "./send-hint.ts";
import { settleOwed } from "./settle-owed.ts";
import { tracedRun } from "./telemetry.ts";
import { codeOf } from "./workflow.ts";

/** What of Lambda's context a worker needs. */
export interface LambdaTime {
  getRemainingTimeInMillis(): number;
}

/**
 * Names of its code that a worker claims with. An IN takes a hundred values (DynamoDB developer guide), or a hundred
 * operands with the attribute (ScyllaDB's tests, which are run against DynamoDB, too): 99 fit either way.
 */
const CODES_MAX = 99;

/** Whether a message is done with, or must come back. */
type Verdict = "done" | "failed";

/** A message judged without its run, or the run it has brought. */
type Taken =
  | { readonly kind: "judged"; readonly verdict: Verdict }
  | { readonly kind: "claimed"; readonly claim: HeldClaim };

interface Batch {
  readonly deps: EngineDependencies;
  readonly invocation: Invocation;
  readonly keeper: MessageKeeper;
  /** Messages not yet judged. */
  open: number;
}

/**
 * The worker: takes a batch of hints, claims their runs and advances them side by side, so that
 * runs that wait on a slow service share one invocation's bill. Reported as failed, to come back,
 * are hints that could not be judged and those whose run may depend on them.
 */
export function createBatchHandler(
  deps: EngineDependencies,
): (event: SQSEvent, time: LambdaTime) => Promise<SQSBatchResponse> {
  return async ({ Records: records }, time) => {
    const [first, ...rest] = records;
    if (!first) return { batchItemFailures: [] };
    const now = deps.clock.now();
    const deadlineAt = now + time.getRemainingTimeInMillis() - deps.settings.deadlineMarginMs;
    const invocation = { startedAt: now, deadlineAt };
    const batch = { deps, invocation, keeper: new MessageKeeper(deps), open: records.length };
    try {
      const taking = take(batch, first);
      batch.keeper.keep(records.map(({ receiptHandle }) => receiptHandle));
      const taken = await taking;
      const failed =
        taken.kind === "claimed" && mustBeAlone(taken.claim.meta)
          ? await handleAlone(batch, first, taken, rest)
          : await handleTogether(batch, first, taken, rest);
      return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
    } finally {
      await batch.keeper.stop();
      await flushTelemetry(deps, time.getRemainingTimeInMillis());
    }
  };
}

/**
 * A run whose last owner died may take its process down again: the other messages go back at once,
 * so that a poison run costs nobody else.
 */
async function handleAlone(
  batch: Batch,
  first: SQSRecord,
  taken: Taken,
  rest: readonly SQSRecord[],
): Promise<string[]> {
  const { hints, log } = batch.deps;
  batch.open = 1;
  await Promise.all(rest.map(({ receiptHandle }) => batch.keeper.drop(receiptHandle)));
  await hints
    .hideAll(
      rest.map(({ receiptHandle }) => receiptHandle),
      0,
    )
    .catch((error: unknown) =>
      log.warn("messages not released; they come back in time", { error }),
    );
  const verdict = await handle(batch, first, taken);
  const others = rest.map(({ messageId }) => messageId);
  return verdict === "failed" ? [first.messageId, ...others] : others;
}

async function handleTogether(
  batch: Batch,
  first: SQSRecord,
  taken: Taken,
  rest: readonly SQSRecord[],
): Promise<string[]> {
  const failed: string[] = [];
  const note = (record: SQSRecord) => (verdict: Verdict) => {
    if (verdict === "failed") failed.push(record.messageId);
  };
  await Promise.all([
    handle(batch, first, taken).then(note(first)),
    ...rest.map(async (record) => {
      const other = await take(batch, record);
      const isLonely = other.kind === "claimed" && mustBeAlone(other.claim.meta);
      const judged = isLonely ? await putBackOrKeep(batch, other.claim) : other;
      note(record)(await handle(batch, record, judged));
    }),
  ]);
  return failed;
}

/** Advances what the message brought; a message that is done with goes before the batch has ended. */
async function handle(batch: Batch, record: SQSRecord, taken: Taken): Promise<Verdict> {
  const { deps, invocation, keeper } = batch;
  let verdict: Verdict;
  if (taken.kind === "judged") {
    ({ verdict } = taken);
  } else {
    const { meta, isTakeover } = taken.claim;
    const advance = () => advanceRun(deps, taken.claim, invocation);
    const claim = { ...tracedRun(meta), isTakeover };
    const released = await (deps.telemetry?.advance?.(claim, advance) ?? advance());
    verdict = released === "released" ? "done" : "failed";
  }
  await (verdict === "failed"
    ? keeper.fail(record.receiptHandle)
    : keeper.drop(record.receiptHandle));
  batch.open -= 1;
  if (verdict === "done" && batch.open > 0) {
    // Lambda deletes it again with the batch, so failing to is no loss.
    await deps.hints
      .delete(record.receiptHandle)
      .catch((error: unknown) => deps.log.warn("message not deleted yet", { error }));
  }
  return verdict;
}

/** Claims the run a message names, or judges the message. */
async function take({ deps, keeper }: Batch, record: SQSRecord): Promise<Taken> {
  const hint = parseHint(record.body);
  if (!hint) {
    deps.log.error("a message is no hint; it will end in the dead-letter queue", {
      message: record.messageId,
      body: record.body.slice(0, 200),
    });
    return { kind: "judged", verdict: "failed" };
  }
  const { clock, ids, log, settings, store, workflows } = deps;
  try {
    const now = clock.now();
    const monotonicUntil = clock.monotonic() + settings.leaseMs;
    const result = await store.claimRun({
      id: hint.run,
      owner: ids.nonce(),
      message: record.messageId,
      now,
      leaseUntil: now + settings.leaseMs,
      bundle: bundleMark(settings.code),
      codes: [
        ...new Set([
          settings.code,
          ...[...workflows.values()].map((one) => codeOf(one, settings.code)),
        ]),
      ].slice(0, CODES_MAX),
    });
    if (result.claimed) return { kind: "claimed", claim: { ...result, monotonicUntil } };
    await keeper.drop(record.receiptHandle);
    const verdict = await judgeRefused(deps, result.meta, record, { sentFor: hint.for, now });
    return { kind: "judged", verdict };
  } catch (error) {
    log.error("a hint could not be judged; it comes back", { run: hint.run, error });
    return { kind: "judged", verdict: "failed" };
  }
}

/** Rule 6: what becomes of a hint whose claim was refused. */
async function judgeRefused(
  deps: EngineDependencies,
  meta: Meta | undefined,
  record: SQSRecord,
  claim: { readonly sentFor: number | undefined; readonly now: number },
): Promise<Verdict> {
  const hint = { message: record.messageId, sentFor: claim.sentFor };
  // By the time of the claim: a run that became due since would look as if it needed no hint.
  const decision = decideRefusedClaim(meta, hint, claim.now);
  switch (decision.action) {
    case "drop":
      return "done";
    case "settle-owed":
      if (meta) await settleOwed(deps, meta, true);
      return "done";
    case "come-back":
      await deps.hints.hide(record.receiptHandle, decision.delayMs + 1_000);
      return "failed";
    case "hint-later":
      if (meta) {
        const later = { run: meta.id, for: decision.sentFor };
        await sendHint(deps, later, decision.delayMs + 1_000);
      }
      return "done";
  }
}

/** Puts a run back; when that cannot be done its lease ends by itself, and its message comes back. */
async function putBackOrKeep(batch: Batch, claim: HeldClaim): Promise<Taken> {
  try {
    return await putBack(batch, claim);
  } catch (error) {
    batch.deps.log.error("a run could not be put back; it comes back when its lease has ended", {
      run: claim.meta.id,
      error,
    });
    return { kind: "judged", verdict: "failed" };
  }
}

/** Gives a run back unread, because it must be advanced alone and others are under way. */
async function putBack({ deps }: Batch, { meta }: HeldClaim): Promise<Taken> {
  const { clock, ids, store } = deps;
  const now = clock.now();
  const me = {
    id: meta.id,
    incarnation: meta.incarnation,
    generation: meta.generation,
    epoch: meta.epoch,
    owner: meta.owner ?? "",
  };
  const given = await store.handOverRun(me, ids.nonce(), {
    now,
    progress: undefined,
    isUnread: true,
    isFenced: false,
  });
  if (given.outcome !== "done") return { kind: "judged", verdict: "failed" };
  await sendHint(deps, { run: meta.id, for: now });
  return { kind: "judged", verdict: "done" };
}
