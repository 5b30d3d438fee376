import * as z from "zod";
import type { Resources } from "./synthesize.ts";

/** What CloudFormation writes for a resource that is named elsewhere. */
const referenceSchema = z.union([
  z.object({ Ref: z.string() }).transform(({ Ref }) => Ref),
  z
    .object({ "Fn::GetAtt": z.tuple([z.string(), z.string()]) })
    .transform((it) => it["Fn::GetAtt"][0]),
]);
const policySchema = z.strictObject({
  PolicyName: z.string(),
  Roles: z.tuple([referenceSchema]),
  PolicyDocument: z.object({
    Statement: z.array(
      z.strictObject({
        Effect: z.literal("Allow"),
        Action: z.union([z.string(), z.array(z.string())]),
        Resource: z.unknown(),
        // A right to a key is one for what DynamoDB asks of it.
        Condition: z
          .strictObject({ StringLike: z.strictObject({ "kms:ViaService": z.string() }) })
          .optional(),
      }),
    ),
  }),
});
/** A role that may do what is in its policies alone: it has none that is managed or its own. */
const roleSchema = z.strictObject({ AssumeRolePolicyDocument: z.unknown() });
const functionSchema = z.object({ Role: referenceSchema });
type Policy = z.infer<typeof policySchema>;

const policiesIn = (resources: Resources): Policy[] =>
  Object.values(resources.all("AWS::IAM::Policy")).map(({ Properties }) =>
    policySchema.parse(Properties),
  );

/** Every statement of every policy in a template. */
export const statementsIn = (resources: Resources) =>
  policiesIn(resources).flatMap(({ PolicyDocument }) => PolicyDocument.Statement);

/**
 * What each function may do, as `action resource`, in order, by the function's name.
 * @throws Error when two functions share a role, or a role belongs to none or may do more than its policies say
 */
export function rightsOf(resources: Resources): Record<string, readonly string[]> {
  const functions = Object.entries(resources.all("AWS::Lambda::Function"));
  const roles = functions.map(([, { Properties }]) => functionSchema.parse(Properties).Role);
  for (const { Properties } of Object.values(resources.all("AWS::IAM::Role"))) {
    roleSchema.parse(Properties);
  }
  const made = Object.keys(resources.all("AWS::IAM::Role"));
  if (made.toSorted().join() !== roles.toSorted().join()) {
    throw new Error(`roles are ${made.join(", ")}, and functions have ${roles.join(", ")}`);
  }
  const rights = functions.map(
    ([id], place) =>
      [named(id).replace(/Function$/, ""), rightsOfRole(resources, roles[place] ?? "")] as const,
  );
  return Object.fromEntries(rights);
}

/** What a role may do, as `action resource`, in order. @param role its logical id, without the hash or with it */
export function rightsOfRole(resources: Resources, role: string): readonly string[] {
  return policiesIn(resources)
    .filter(({ Roles: [owner] }) => owner === role || named(owner) === role)
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action, Resource }) =>
      [Action]
        .flat()
        .flatMap((action) => [Resource].flat().map((resource) => `${action} ${shown(resource)}`)),
    )
    .toSorted();
}

/** Rights to calls of a service on one resource, as `rightsOf` tells them. */
export const on = (resource: string, service: string, ...calls: readonly string[]): string[] =>
  calls.map((call) => `${service}:${call} ${resource}`);

/** Method, path and authorization of everything that the API answers. */
export function answeredBy(resources: Resources): string[] {
  const parts = resources.all("AWS::ApiGateway::Resource");
  const pathOf = (id: unknown): string => {
    const ref = (id as { Ref?: string }).Ref;
    const part = ref === undefined ? undefined : parts[ref];
    if (!part) return "";
    return `${pathOf(part.Properties["ParentId"])}/${String(part.Properties["PathPart"])}`;
  };
  return Object.values(resources.all("AWS::ApiGateway::Method"))
    .map(({ Properties: { HttpMethod, ResourceId, AuthorizationType } }) =>
      [HttpMethod, pathOf(ResourceId) || "/", AuthorizationType].join(" "),
    )
    .toSorted();
}

/** A logical id without the hash that CDK puts at its end. */
const named = (id: string): string => id.replace(/[0-9A-F]{8}$/, "");

const joinSchema = z.object({ "Fn::Join": z.tuple([z.literal(""), z.array(z.unknown())]) });

/** A resource as one would say it: what is named by its logical id, the rest as it is written. */
function shown(resource: unknown): string {
  if (typeof resource === "string") return resource;
  const reference = referenceSchema.safeParse(resource);
  if (reference.success) return named(reference.data);
  return joinSchema.parse(resource)["Fn::Join"][1].map(shown).join("");
}
