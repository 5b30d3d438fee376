import type { WatchedCall } from "../../lambda/testing/world-options.ts";

/** A hint that comes early is renewed, and the next one is on time: clocks do not differ by more. */
const RENEWALS_MAX = 3;

const GIVING_BACK: ReadonlySet<string> = new Set(["park", "hand over", "finish"]);

/**
 * Counts how often a hint was renewed without its run having been claimed by it: one that renews itself
 * for ever costs a request each time, and each message sent would leave one more of them.
 */
export class HintOracle {
  /** How often what became this message was renewed. */
  readonly #renewals = new Map<string, number>();
  /** The message by which a process has just been refused a run. */
  readonly #refused = new Map<string, string>();
  /** Processes at work on a run: the hints that they send give it back. */
  readonly #owners = new Set<string>();

  /** What is wrong with a call; undefined when nothing is. */
  judge({ process, body, response }: WatchedCall, row: string): string | undefined {
    if (row.startsWith("claim")) this.#claimed(process, body, response.status === 200);
    if (GIVING_BACK.has(row)) this.#owners.delete(`${process} ${runIn(body)}`);
    // A renewed hint is for later. One without a delay tells of what its sender has just done to the run.
    const isForLater = body.includes('"DelaySeconds"');
    if (row !== "send hint" || !isForLater || response.status !== 200) return undefined;
    const run = /\\"run\\":\\"([^"\\]*)/.exec(body)?.[1] ?? "";
    const place = `${process} ${run}`;
    const former = this.#refused.get(place);
    this.#refused.delete(place);
    if (former === undefined) return undefined;
    const { MessageId } = JSON.parse(response.body) as { readonly MessageId: string };
    const renewals = (this.#renewals.get(former) ?? 0) + 1;
    this.#renewals.set(MessageId, renewals);
    return renewals > RENEWALS_MAX
      ? `a hint of ${run} was renewed ${renewals} times and has brought nobody`
      : undefined;
  }

  #claimed(process: string, body: string, isDone: boolean): void {
    const { ExpressionAttributeValues: values } = JSON.parse(body) as {
      readonly ExpressionAttributeValues: { readonly ":message": { readonly S: string } };
    };
    const place = `${process} ${runIn(body)}`;
    if (isDone) {
      this.#refused.delete(place);
      this.#owners.add(place);
    } else if (!this.#owners.has(place)) {
      this.#refused.set(place, values[":message"].S);
    }
  }
}

/** The run that an update is about. */
const runIn = (body: string): string => /"S":"RUN#([^"]*)"/.exec(body)?.[1] ?? "";
