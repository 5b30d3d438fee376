import { Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/**
 * Tells cdk-nag's AWS Solutions rules, where an app has them, what of a construct is meant to be as it is: their
 * findings would keep the whole app from being synthesized (cdk-nag 3, "Acknowledging a Rule"). CDK keeps the
 * reasons itself, so nothing is needed where there is no cdk-nag, and templates stay the same.
 * @param construct what the findings are about; they are accepted for all that is in it, too
 * @param reasons why each is accepted, by the rule without the name of its pack: `APIG1`, or `IAM5[Action::s3:*]`
 */
export function acceptFindings(
  construct: IConstruct,
  reasons: Readonly<Record<string, string>>,
): void {
  const rules = Object.entries(reasons);
  Validations.of(construct).acknowledge(
    ...rules.map(([rule, reason]) => ({ id: `AwsSolutions-${rule}`, reason })),
  );
}
