import { encodeValue } from "../../core/codec.ts";
import { encodeError } from "../../core/encode-error.ts";
import { TokenInvalidError } from "../../core/errors.ts";
import {
  type RecordedToken,
  tokenMessage,
  tokenOf,
  type TokenOwner,
  tokenOwner,
  tokenResultKey,
} from "../../core/token.ts";
import { assertContext } from "../assert-context.ts";
import type { Token } from "../context.ts";
import { type Execution, never } from "../execution.ts";
import type { Behaviour } from "../operation.ts";
import { settle } from "../recording.ts";
import type { Scope } from "../scope.ts";
import { readPages } from "../spill.ts";
import type { Schema } from "../workflow.ts";
import { waitForMessage } from "./wait.ts";

/**
 * The behaviour of `ctx.token`: draws a callback token, and records it before the code can hand it out.
 * @param timeoutMs how long it can be completed, counted from now; undefined without limit
 */
export const drawToken = (timeoutMs: number | undefined): Behaviour => ({
  async live(operation, execution) {
    const { deps, meta } = execution;
    const { id: runId, incarnation } = meta;
    const recorded: RecordedToken = {
      token: tokenOf({ runId, incarnation, key: operation.key }, deps.ids.secret()),
      ...(timeoutMs !== undefined && { expiresAt: deps.clock.now() + timeoutMs }),
    };
    await settle(execution, operation, { result: encodeValue(recorded) });
  },
});

/**
 * Waits for what completes a token that a fork has from the run it was forked from, and that is good for
 * ever. Whoever completes it completes that run's: a fork has nothing but what had come by then.
 */
const ofSource = (
  wait: Behaviour,
  name: string,
  { runId, key }: Pick<TokenOwner, "runId" | "key">,
): Behaviour => ({
  async live(operation, execution) {
    const { meta, outside } = execution;
    await execution.inFlight(operation, () => readPages(execution));
    if (outside.mailbox.open.some((one) => one.name === name))
      return wait.live(operation, execution);
    const error = new TokenInvalidError(
      `token "${key}" belongs to run "${runId}", and nothing had completed it when run "${meta.id}" was forked: nothing can complete it here; fork "${runId}" from "${key}", so that the fork draws a token of its own`,
    );
    await settle(execution, operation, { error: encodeError(error) });
  },
});

/** A recorded token as the code gets it; its result is waited for once it is asked for. */
export function tokenFrom(
  execution: Execution,
  scope: Scope,
  { token, expiresAt }: RecordedToken,
  schema: Schema | undefined,
): Token<unknown> {
  const { key = "", runId = "", incarnation } = tokenOwner(token) ?? {};
  let result: Promise<unknown> | undefined;
  const awaitResult = (): Promise<unknown> => {
    assertContext(execution, key);
    if (execution.isOver || execution.closed.has(scope.path)) return never();
    // Beside the order of its scope: it may be asked for at any time after the token.
    const request = {
      key: tokenResultKey(key),
      kind: "wait",
      scope: scope.path,
      ordinal: -1,
    } as const;
    const message = { name: tokenMessage(token), schema, what: `value of token "${key}"` };
    const wait = waitForMessage(message, () => expiresAt);
    const isOwn = incarnation === execution.meta.incarnation;
    return execution.enqueue(
      request,
      isOwn || expiresAt !== undefined ? wait : ofSource(wait, message.name, { runId, key }),
    );
  };
  return { token, path: `/tokens/${token}`, result: () => (result ??= awaitResult()) };
}
