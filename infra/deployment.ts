import { RemovalPolicy } from "aws-cdk-lib";
import * as z from "zod";
import { type ModelChoice, OPENAI_MODELS } from "../lambda/agent/input.ts";
import { type BearerAuth, isIssuer } from "./bearer-auth.ts";
import type { SavepointProps } from "./savepoint-props.ts";
import { type Schedule, scheduledRule } from "./schedules/schedule.ts";

/** What the deployer chose on the command line, as the stack takes it. */
export type Deployment = Required<
  Pick<
    SavepointProps,
    "workflows" | "removalPolicy" | "deletionProtection" | "publicTokens" | "schedules"
  >
> &
  Pick<SavepointProps, "auth"> & {
    /** ARN of the secret with the key of the OpenAI API. */
    readonly openAiSecretArn?: string;
  };

/** The research app, with the extractive model and its 4 MB of language data or without. */
const WORKFLOWS = {
  withExtractive: "lambda/agent/savepoint.config.ts",
  openAiAlone: "lambda/agent/openai.config.ts",
} as const;
const EXTRACTIVE = { kind: "extractive" } as const satisfies ModelChoice;
/** Name of the schedule that researches the chosen topic; its runs are called `<name>@<time of the tick>`. */
const PERIODIC_RESEARCH = "periodic-research";
/** When it does so if nothing else is chosen: Mondays at 06:00 UTC. */
const WEEKLY = "0 6 * * 1";

/** The choices there are: `cdk deploy -c <name>=<value>`. */
const choices = z
  .object({
    removalPolicy: z.enum(["retain", "destroy"]).default("retain"),
    deletionProtection: z.stringbool().default(false),
    publicTokens: z.stringbool().default(false),
    auth: z.enum(["iam", "tokens", "jwt"]).default("iam"),
    jwtIssuer: z
      .string()
      .refine(isIssuer, 'must be the https URL that its tokens have as their "iss"')
      .optional(),
    jwtAudience: z.string().trim().min(1, 'must be what the tokens have as their "aud"').optional(),
    openAiSecretArn: z
      .string()
      .startsWith("arn:", "must be the ARN of a secret, as `aws secretsmanager` prints it")
      .optional(),
    extractive: z.stringbool().optional(),
    topic: z.string().trim().min(3).max(200).optional(),
    schedule: z.string().trim().default(WEEKLY),
  })
  .superRefine((chosen, context) => {
    for (const name of ["jwtIssuer", "jwtAudience"] as const) {
      if ((chosen.auth === "jwt") === (chosen[name] !== undefined)) continue;
      const message =
        chosen.auth === "jwt"
          ? "is needed with auth=jwt, and was not given"
          : `is of use with auth=jwt alone, and auth is ${chosen.auth}`;
      context.addIssue({ code: "custom", path: [name], message });
    }
  })
  .refine((chosen) => chosen.extractive !== false || !needsExtractive(chosen), {
    path: ["extractive"],
    message:
      "the topic is researched by the extractive model; give openAiSecretArn, or leave this choice out",
  });

/** Whether there is no other model that the clock could have a topic researched by. */
const needsExtractive = ({
  topic,
  openAiSecretArn,
}: {
  readonly topic?: string | undefined;
  readonly openAiSecretArn?: string | undefined;
}): boolean => topic !== undefined && openAiSecretArn === undefined;

/**
 * Reads a deployment from the app's context: `removalPolicy` (`retain`, or `destroy` for a stack to
 * be thrown away), `deletionProtection` and `publicTokens` (`true` or `false`); `auth` (`iam`; `tokens` for
 * bearer tokens; `jwt` for JSON Web Tokens of `jwtIssuer` whose audience is `jwtAudience`); `openAiSecretArn`
 * of the secret with OpenAI's key; `topic` has the clock research it, `schedule` says when: a cron line in
 * UTC (`0 6 * * 1`), or an interval (`1 day`); `extractive` (`true` or `false`) deploys the extractive
 * model, which is deployed by itself where a topic needs it: without OpenAI's key.
 * @param choice looks a choice up by name; undefined when it was not made
 * @throws Error that names the choice and what is wrong with it
 */
export function deploymentFrom(choice: (name: string) => unknown): Deployment {
  const given = Object.keys(choices.shape).map((name) => [name, choice(name)]);
  const parsed = choices.safeParse(Object.fromEntries(given));
  if (!parsed.success) throw new Error(`cannot deploy: ${z.prettifyError(parsed.error)}`);
  const { removalPolicy, deletionProtection, publicTokens, openAiSecretArn, topic, schedule } =
    parsed.data;
  const auth = authOf(parsed.data);
  const hasExtractive = parsed.data.extractive ?? needsExtractive(parsed.data);
  const model = openAiSecretArn === undefined ? EXTRACTIVE : OPENAI_MODELS;
  return {
    workflows: hasExtractive ? WORKFLOWS.withExtractive : WORKFLOWS.openAiAlone,
    removalPolicy:
      removalPolicy === "destroy"
        ? RemovalPolicy.DESTROY
        : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    deletionProtection,
    publicTokens,
    ...(auth && { auth }),
    ...(openAiSecretArn !== undefined && { openAiSecretArn }),
    schedules: topic === undefined ? {} : { [PERIODIC_RESEARCH]: research(topic, schedule, model) },
  };
}

/** Who is let in instead of those who sign their requests; undefined for these. */
function authOf({ auth, jwtIssuer, jwtAudience }: z.infer<typeof choices>): BearerAuth | undefined {
  if (auth === "tokens") return { tokens: true };
  return jwtIssuer !== undefined && jwtAudience !== undefined
    ? { jwt: { issuer: jwtIssuer, audience: jwtAudience } }
    : undefined;
}

function research(topic: string, time: string, model: ModelChoice): Schedule {
  const schedule = {
    workflow: "research",
    input: { topic, maxIterations: 3, model, corpus: "live" },
    ...(/^@|(\S+\s+){4}\S/.test(time) ? { cron: time } : { every: time }),
  };
  // Said here, where the choice is known, and not only when the rule is made of it.
  scheduledRule(PERIODIC_RESEARCH, schedule);
  return schedule;
}
