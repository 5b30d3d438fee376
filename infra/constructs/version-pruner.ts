import { Duration, Lazy, Stack } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Policy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { CfnFunction, Function, IFunction } from "aws-cdk-lib/aws-lambda";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { ENV } from "../../lambda/core/environment.ts";
import { moduleFile } from "../../localstack/embedded/module-file.ts";
import { ownBundle } from "../bundles.ts";
import { acceptFindings } from "./accepted-findings.ts";
import { LiveFunction } from "./live-function.ts";

/** What it is bundled from: TypeScript in the repository, compiled in the package. */
export const PRUNER_ENTRY = moduleFile("../../lambda/functions/version-pruner", import.meta.url);

/**
 * Deletes, once a day, the versions of the deployment's functions that are neither among the newest five nor
 * called by an alias: CloudFormation keeps every version, so that there is one to roll back to.
 */
export class VersionPruner extends Construct {
  readonly alias: IFunction;
  readonly daily: Rule;
  readonly #policy: Policy;
  readonly #names: string[] = [];

  /** @param logRetention how long its log is kept */
  constructor(scope: Construct, id: string, logRetention: RetentionDays) {
    super(scope, id);
    const { alias, handler, role } = new LiveFunction(this, "Default", {
      directory: ownBundle(PRUNER_ENTRY).directory,
      logRetention,
      timeout: Duration.minutes(5),
      memoryMb: 256,
      environment: { [ENV.functions]: Lazy.string({ produce: () => this.#names.join(",") }) },
    });
    this.alias = alias;
    // Not the role's own, for which the function waits: a right to the function itself could not be in that.
    this.#policy = new Policy(this, "Rights", { roles: [role] });
    this.#allow(handler);
    this.daily = new Rule(this, "Daily", {
      description: "Deletes versions of functions that nobody will roll back to",
      schedule: Schedule.rate(Duration.days(1)),
      targets: [new LambdaFunction(alias, { retryAttempts: 3, maxEventAge: Duration.hours(1) })],
    });
    this.daily.node.addDependency(this.#policy);
  }

  /** Has a function's versions pruned, too. */
  add({ handler }: LiveFunction): void {
    this.#names.push(handler.functionName);
    this.#allow(handler);
  }

  /**
   * The right to delete begins behind the colon: it is one to versions, whose numbers are not known before they
   * are published. A call without a version is one on the function, which has no colon there, and is refused
   * (Lambda developer guide, "Fine-tuning the Resources and Conditions sections of policies").
   */
  #allow(handler: Function): void {
    const { functionArn } = handler;
    this.#policy.addStatements(
      new PolicyStatement({
        actions: ["lambda:ListAliases", "lambda:ListVersionsByFunction"],
        resources: [functionArn],
      }),
      new PolicyStatement({ actions: ["lambda:DeleteFunction"], resources: [`${functionArn}:*`] }),
    );
    const { logicalId } = handler.node.defaultChild as CfnFunction;
    acceptFindings(this.#policy, {
      [`IAM5[Resource::<${String(Stack.of(this).resolve(logicalId))}.Arn>:*]`]:
        "the right to delete versions of the deployment's own functions: their numbers are not known before",
    });
  }
}
