import { encodeValue } from "../../core/codec.ts";
import {
  type RecordedToken,
  tokenMessage,
  tokenOf,
  tokenOwner,
  tokenResultKey,
} from "../../core/token.ts";
import { assertContext } from "../assert-context.ts";
import type { Token } from "../context.ts";
import { type Execution, never } from "../execution.ts";
import type { Behaviour } from "../operation.ts";
import { settle } from "../recording.ts";
import type { Scope } from "../scope.ts";
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

/** A recorded token as the code gets it; its result is waited for once it is asked for. */
export function tokenFrom(
  execution: Execution,
  scope: Scope,
  { token, expiresAt }: RecordedToken,
  schema: Schema | undefined,
): Token<unknown> {
  const { key = "" } = tokenOwner(token) ?? {};
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
    return execution.enqueue(
      request,
      waitForMessage(message, () => expiresAt),
    );
  };
  return { token, path: `/tokens/${token}`, result: () => (result ??= awaitResult()) };
}
