import { type Context, event, TerminalError, ValidationError, workflow } from "../index.ts";
import {
  APPROVAL,
  type ApprovalAnswer,
  approvalAnswer,
  type ParsedResearchInput,
  PLAN,
  planInput,
} from "./input.ts";
import { MeteredModel } from "./metered-model.ts";
import type { OpenModel } from "./model/open-model.ts";
import type { Tokens } from "./model/port.ts";
import { scout, type Start } from "./scout.ts";

/** The answer to a plan that waits for one. */
export const approval = event(APPROVAL, approvalAnswer);

/** A plan that a person can read before anything is searched for it, and what it has cost. */
export interface Proposal extends Start {
  readonly tokens: Tokens;
}

/**
 * Makes the workflow `plan-research`: takes the first look and plans, as a run of its own, whose output can be
 * read while the run that has asked for it waits.
 */
export const createPlanResearch = (open: OpenModel) =>
  workflow("plan-research", { input: planInput }, async (ctx, input): Promise<Proposal> => {
    const metered = new MeteredModel(() => open(input.model));
    const start = await scout(ctx, input, metered);
    return { ...start, tokens: metered.total() };
  });

/** The workflow that plans. */
export type PlanResearch = ReturnType<typeof createPlanResearch>;

/** What the plan of a research is waited for with. */
interface Approval {
  readonly timeoutMs: number;
  readonly metered: MeteredModel;
  readonly planResearch: PlanResearch;
}

/**
 * Has the research planned, and waits until a person has approved the plan.
 * @returns the plan, with the person's queries in the place of its own if they gave any
 * @throws TerminalError when the plan is rejected or nobody answers in time, with `details.tokens`
 */
export async function approvedStart(
  ctx: Context,
  { topic, corpus, model }: ParsedResearchInput,
  { timeoutMs, metered, planResearch }: Approval,
): Promise<Start> {
  const { plan, reserved, tokens } = await ctx.run(
    planResearch,
    { topic, corpus, model },
    { key: PLAN },
  );
  metered.add(tokens);
  const { approved, queries, reason } = await answerTo(ctx, timeoutMs, metered);
  if (!approved) {
    const why = reason === undefined || reason === "" ? "" : `: ${reason}`;
    throw new TerminalError(`the plan was rejected${why}`, {
      details: { tokens: metered.total() },
    });
  }
  if (!queries) return { plan, reserved };
  // What the first look found was left to the topic's own query, which may be gone.
  return { plan: { ...plan, queries }, reserved: [] };
}

/**
 * The first answer that is one. With the first that is none the time begins once more, and no other lengthens it:
 * whoever may send could keep the run waiting for ever. (When a wait begins the code does not know: in a fork
 * `ctx.now()` is of its origin until something settles.)
 */
async function answerTo(
  ctx: Context,
  timeoutMs: number,
  metered: MeteredModel,
): Promise<ApprovalAnswer> {
  let endsAt: number | undefined;
  for (let leftMs = timeoutMs; leftMs > 0; leftMs = endsAt - ctx.now()) {
    try {
      const answer = await ctx.waitFor(approval, { timeout: leftMs });
      if (answer) return answer;
      break;
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      // Anybody may send anything by the event's name; that must not end the run.
      ctx.log.warn("an answer to the plan was not understood", { error: error.message });
      endsAt ??= ctx.now() + timeoutMs;
    }
  }
  throw new TerminalError(
    `nobody has approved the plan within ${timeoutMs} ms; fork the run from its operation "${APPROVAL}" to ask again`,
    { details: { tokens: metered.total() } },
  );
}
