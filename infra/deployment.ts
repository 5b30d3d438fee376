import { RemovalPolicy } from "aws-cdk-lib";
import * as z from "zod";
import { periodicResearchFrom, type PeriodicResearch } from "./periodic-research.ts";

/** What the deployer chose on the command line, as the stack takes it. */
export interface Deployment {
  readonly removalPolicy: RemovalPolicy;
  readonly deletionProtection: boolean;
  /** Whether callback tokens can be completed by requests that nobody has signed. */
  readonly publicTokens: boolean;
  readonly periodicResearch: PeriodicResearch;
}

/** The choices there are: `cdk deploy -c <name>=<value>`. */
const choices = z.object({
  removalPolicy: z.enum(["retain", "destroy"]).default("retain"),
  deletionProtection: z.stringbool().default(false),
  publicTokens: z.stringbool().default(false),
});

/**
 * Reads a deployment from the app's context: `removalPolicy` (`retain`, or `destroy` for a stack to
 * be thrown away), `deletionProtection` and `publicTokens` (`true` or `false`), `topic` and `schedule`.
 * @param choice looks a choice up by name; undefined when it was not made
 * @throws Error that names the choice and what is wrong with it
 */
export function deploymentFrom(choice: (name: string) => unknown): Deployment {
  const parsed = choices.safeParse({
    removalPolicy: choice("removalPolicy"),
    deletionProtection: choice("deletionProtection"),
    publicTokens: choice("publicTokens"),
  });
  if (!parsed.success) throw new Error(`cannot deploy: ${z.prettifyError(parsed.error)}`);
  const { removalPolicy, ...flags } = parsed.data;
  return {
    removalPolicy: removalPolicy === "destroy" ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    ...flags,
    periodicResearch: periodicResearchFrom({
      topic: choice("topic"),
      schedule: choice("schedule"),
    }),
  };
}
