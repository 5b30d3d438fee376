import * as z from "zod";

/** A research run that the clock starts again and again. */
export interface PeriodicResearch {
  /** Name of the schedule; its runs are called `<name>@<time of the tick>`. */
  readonly name: string;
  /** When: an EventBridge expression, `rate(1 day)` or `cron(0 6 ? * MON *)`, in UTC. */
  readonly schedule: string;
  /** Whether the clock runs; the rule is deployed either way. */
  readonly enabled: boolean;
  /** Input of the `research` workflow. */
  readonly input: ResearchInput;
}

type ResearchInput = Readonly<Record<string, unknown>> & { readonly topic: string };

const inputFor = (topic: string): ResearchInput => ({
  topic,
  maxIterations: 3,
  model: { kind: "extractive" },
  corpus: "live",
});

/** An example to switch on: a report on durable execution every Monday at 06:00 UTC. */
export const EXAMPLE: PeriodicResearch = {
  name: "periodic-research",
  schedule: "cron(0 6 ? * MON *)",
  enabled: false,
  input: inputFor("durable execution"),
};

const choices = z.strictObject({
  topic: z
    .string()
    .trim()
    .min(3)
    .max(200)
    .regex(/^[^<>]*$/, "must not contain < or >, which EventBridge reads as a placeholder")
    .optional(),
  schedule: z
    .string()
    .regex(/^(rate|cron)\(.+\)$/, 'must read like "rate(1 day)" or "cron(0 6 ? * MON *)"')
    .default(EXAMPLE.schedule),
});

/**
 * The schedule that the deployer chose: `topic` switches it on, `schedule` says when (default
 * Mondays at 06:00 UTC). Without a topic it is the example, switched off.
 * @throws Error that names the choice and what is wrong with it
 */
export function periodicResearchFrom(chosen: {
  readonly topic?: unknown;
  readonly schedule?: unknown;
}): PeriodicResearch {
  const parsed = choices.safeParse(chosen);
  if (!parsed.success) {
    throw new Error(`the periodic research cannot be scheduled: ${z.prettifyError(parsed.error)}`);
  }
  const { topic, schedule } = parsed.data;
  if (topic === undefined) return { ...EXAMPLE, schedule };
  return { ...EXAMPLE, schedule, enabled: true, input: inputFor(topic) };
}
