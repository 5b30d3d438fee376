import { type Context, type StepOptions, TerminalError } from "../index.ts";
import type { ModelCall, Outcome, ResearchModel, Tokens } from "./model/port.ts";

/** A call of a model: failures without an answer are retried for about two minutes. */
const CALL: StepOptions = {
  timeout: "5m",
  retry: { attempts: 6, delay: "2s", factor: 2.5, maxDelay: "1m" },
};

/** The model of a run, or of one query's, and the tokens that have been used. */
export class MeteredModel {
  readonly #open: () => Promise<ResearchModel>;
  #input = 0;
  #output = 0;

  /** @param open called inside steps only; what it throws fails the step */
  constructor(open: () => Promise<ResearchModel>) {
    this.#open = open;
  }

  /** Adds what a child run has used. */
  add({ input, output }: Tokens): void {
    this.#input += input;
    this.#output += output;
  }

  /** What was used so far. */
  total(): Tokens {
    return { input: this.#input, output: this.#output };
  }

  /**
   * Asks the model one thing, durably. A truncated or malformed answer is asked for once more, with
   * twice the room, in a step of its own: it was paid for, so its tokens are recorded either way.
   * @param step name of the step
   * @throws TerminalError for a refusal or a second unusable answer, with `details.tokens` used so far;
   * what the step throws when there is no answer at all (see `docs/research-agent.md`)
   */
  async ask<T>(
    ctx: Context,
    step: string,
    ask: (model: ResearchModel, call: ModelCall) => Promise<Outcome<T>>,
  ): Promise<T> {
    const once = async (name: string, generosity: 1 | 2): Promise<Outcome<T>> => {
      const outcome = await ctx.step(name, CALL, async ({ signal, idempotencyKey }) =>
        ask(await this.#open(), { signal, idempotencyKey, generosity }),
      );
      this.add(outcome.tokens);
      return outcome;
    };
    let outcome = await once(step, 1);
    if (outcome.kind === "truncated" || outcome.kind === "malformed") {
      ctx.log.warn("the model's answer cannot be used", { step, reason: outcome.reason });
      outcome = await once(`${step}-again`, 2);
    }
    if (outcome.kind === "answer") return outcome.value;
    throw new TerminalError(`${step}: ${complaint(outcome)}`, {
      details: { reason: outcome.kind, tokens: this.total() },
    });
  }
}

function complaint(outcome: Exclude<Outcome<never>, { kind: "answer" }>): string {
  switch (outcome.kind) {
    case "refused":
      return `the model refused to answer: ${outcome.reason}`;
    case "truncated":
      return `the model's answer was cut off twice, also with twice the tokens (${outcome.reason}); narrow the topic or choose another model`;
    case "malformed":
      return `the model's answer twice had another form than asked for (${outcome.reason}); choose a model that supports structured outputs`;
  }
}
