import type { Clock, EpochMs } from "../../../lambda/core/clock.ts";
import type { Message } from "./message.ts";
import type { ReceiveRequest } from "./queue.ts";

interface Waiting {
  readonly request: ReceiveRequest;
  answer(messages: readonly Message[]): void;
}

/** Those who wait for messages, first come, first served. */
export interface Receivers {
  /** Takes what is there, or waits for as long as the request says. */
  receive(request: ReceiveRequest): Promise<readonly Message[]>;
  /** Hands out what has become visible. */
  serve(): void;
  /** Ends every wait with nothing. */
  close(): void;
}

/**
 * Long polling without polling: while somebody waits, one timer stands at the next moment at which a
 * message becomes visible.
 * @param options.take takes messages that are visible now
 * @param options.nextAt when the next message becomes visible
 */
export function createReceivers(options: {
  readonly clock: Clock;
  readonly take: (request: ReceiveRequest) => readonly Message[];
  readonly nextAt: () => EpochMs | undefined;
}): Receivers {
  const { clock, take, nextAt } = options;
  const waiting = new Set<Waiting>();
  let timer: { readonly at: EpochMs; cancel(): void } | undefined;

  function setTimer(): void {
    const at = waiting.size > 0 ? nextAt() : undefined;
    if (timer?.at === at) return;
    timer?.cancel();
    timer = at === undefined ? undefined : { at, cancel: clock.after(at - clock.now(), onTimer) };
  }

  function onTimer(): void {
    timer = undefined;
    serve();
  }

  function serve(): void {
    for (const each of waiting) {
      const messages = take(each.request);
      if (messages.length === 0) break;
      each.answer(messages);
    }
    setTimer();
  }

  function wait(request: ReceiveRequest): Promise<readonly Message[]> {
    return new Promise((resolve) => {
      const giveUp = () => each.answer([]);
      const cancelDeadline = clock.after(request.waitMs, giveUp);
      const each: Waiting = {
        request,
        answer(messages) {
          waiting.delete(each);
          cancelDeadline();
          request.signal?.removeEventListener("abort", giveUp);
          resolve(messages);
        },
      };
      waiting.add(each);
      request.signal?.addEventListener("abort", giveUp);
      setTimer();
    });
  }

  return {
    receive(request) {
      if (request.signal?.aborted) return Promise.resolve([]);
      const messages = take(request);
      return messages.length > 0 || request.waitMs === 0
        ? Promise.resolve(messages)
        : wait(request);
    },
    serve,
    close() {
      for (const each of waiting) each.answer([]);
      setTimer();
    },
  };
}
