import { Stack, Token, TokenComparison } from "aws-cdk-lib";
import {
  type IGrantable,
  type IPrincipal,
  PolicyStatement,
  PrincipalBase,
  UnknownPrincipal,
} from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Construct } from "constructs";
import type { TABLE } from "../lambda/store/schema.ts";
import type { Access } from "./descriptor.ts";

/** ARNs that the product's functions are given access to. */
export interface AccessTargets {
  readonly tableArn: string;
  readonly queueArn: string;
}

type Grant = (targets: AccessTargets) => PolicyStatement[];

const queriesOf = (tableArn: string, ...indexes: (keyof typeof TABLE.indexes)[]) => [
  new PolicyStatement({
    actions: ["dynamodb:Query"],
    resources: indexes.map((name) => `${tableArn}/index/${name}`),
  }),
];

/**
 * What each access means in IAM: the calls that the product makes and no others. Batch calls on SQS
 * need no action of their own (SQS developer guide, "Amazon SQS API permissions").
 */
const GRANTS: Record<Access, Grant> = {
  "table:get": ({ tableArn }) => [
    new PolicyStatement({
      actions: ["dynamodb:BatchGetItem", "dynamodb:GetItem"],
      resources: [tableArn],
    }),
  ],
  "table:query": ({ tableArn }) => [
    new PolicyStatement({ actions: ["dynamodb:Query"], resources: [tableArn] }),
  ],
  "due:query": ({ tableArn }) => queriesOf(tableArn, "due"),
  "lists:query": ({ tableArn }) => queriesOf(tableArn, "list", "attention"),
  "table:write": ({ tableArn }) => [
    new PolicyStatement({
      actions: ["dynamodb:PutItem", "dynamodb:UpdateItem"],
      resources: [tableArn],
    }),
  ],
  "table:delete": ({ tableArn }) => [
    new PolicyStatement({ actions: ["dynamodb:DeleteItem"], resources: [tableArn] }),
  ],
  "hints:send": ({ queueArn }) => [
    new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [queueArn] }),
  ],
  "hints:handle": ({ queueArn }) => [
    new PolicyStatement({
      actions: [
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        // The event source mapping polls with the function's own role.
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
      ],
      resources: [queueArn],
    }),
  ],
};

/** The policy statements that give a function the access its descriptor asks for. */
export function statementsFor(
  access: readonly Access[],
  targets: AccessTargets,
): PolicyStatement[] {
  return access.flatMap((each) => GRANTS[each](targets));
}

const KEY_READ = ["kms:Decrypt", "kms:DescribeKey"];
const KEY_WRITE = [...KEY_READ, "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"];

/**
 * The right to the table's key that an access to the table needs, for what DynamoDB asks of it and nothing else
 * (DynamoDB developer guide, "DynamoDB encryption at rest usage notes", key policy for a customer managed key).
 */
export const keyStatement = (key: IKey, access: readonly Access[]): PolicyStatement =>
  new PolicyStatement({
    actions: access.includes("table:write") ? KEY_WRITE : KEY_READ,
    resources: [key.keyArn],
    conditions: { StringLike: { "kms:ViaService": "dynamodb.*.amazonaws.com*" } },
  });

/**
 * Gives somebody a right to what is in a construct's stack. A role that was imported as `mutable: false` is taken
 * as it is: who imports it so writes its policy.
 * @throws Error when they have no policy that it could be put into, or are of another account, where table, queue
 *   and API would have to let them in by policies of their own (IAM user guide, "Cross-account policy evaluation logic")
 */
export function allow(
  scope: Construct,
  { grantPrincipal }: IGrantable,
  statement: PolicyStatement,
): void {
  const { account } = Stack.of(scope);
  const { principalAccount = account } = grantPrincipal;
  if (Token.compareStrings(principalAccount, account) === TokenComparison.DIFFERENT) {
    throw new Error(
      `nothing can be granted to ${nameOf(grantPrincipal)} of account ${principalAccount}, since the deployment is in ${account}; grant it to a role there, and have that one assumed`,
    );
  }
  // Of a resource whose role is not known the CDK says that it has the right, and only warns.
  const isKnown = !(grantPrincipal instanceof UnknownPrincipal);
  if (isKnown && grantPrincipal.addToPrincipalPolicy(statement).statementAdded) return;
  throw new Error(
    `nothing can be granted to ${nameOf(grantPrincipal)}, which has no policy of its own; give a role, a user or a function`,
  );
}

function nameOf(principal: IPrincipal): string {
  if (principal instanceof UnknownPrincipal) return "what was imported without its role";
  if (Construct.isConstruct(principal)) return principal.node.path;
  return principal instanceof PrincipalBase ? principal.toString() : principal.constructor.name;
}
