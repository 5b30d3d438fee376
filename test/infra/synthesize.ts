import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import recommended from "aws-cdk-lib/recommended-feature-flags.json" with { type: "json" };
import { Savepoint, type SavepointProps } from "../../infra/index.ts";
import type { Bundles } from "../../infra/bundles.ts";
import { SavepointStack, type SavepointStackProps } from "../../infra/stack.ts";

/** A resource of a synthesized template. */
interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

/** The resources of a synthesized template. */
export interface Resources {
  /** All resources of a type, by logical id. */
  all(type: string): Record<string, Resource>;
  /** The resource of that type whose logical id starts like this. Throws unless there is one. */
  one(type: string, id?: string): Resource;
}

/** Hash that the stand-in for the bundles claims to have. */
export const STAND_IN_SHA256 = "0".repeat(64);

/** A folder that stands in for every bundle; it stays as a fixture. */
export const standInBundles = (): Bundles => {
  const directory = "test/infra/fixtures/stand-in";
  const bundle = { directory, sha256: STAND_IN_SHA256 };
  return { worker: bundle, api: bundle, sweeper: bundle };
};

/**
 * Makes the stack with a stand-in for its bundles, in an app of its own.
 * @param inspect gets stack and app while the stand-in is there
 */
export function withStack<T>(
  props: Partial<SavepointStackProps>,
  inspect: (stack: SavepointStack, app: App) => T,
): T {
  const scratch = mkdtempSync(join(tmpdir(), "savepoint-template-"));
  try {
    const app = new App({ context: recommended, outdir: join(scratch, "cdk.out") });
    const workflows = standInBundles();
    return inspect(new SavepointStack(app, "Savepoint", { workflows, ...props }), app);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/**
 * Synthesizes the stack with a stand-in for its bundles.
 * @param more what is put into the stack or granted before that
 */
export function synthesize(
  props: Partial<SavepointStackProps> = {},
  more: (stack: SavepointStack) => void = () => undefined,
): Resources {
  const template = withStack(props, (stack) => {
    more(stack);
    return Template.fromStack(stack);
  });
  const resources: Record<string, Resource> = template.toJSON()["Resources"];
  const all = (type: string) =>
    Object.fromEntries(Object.entries(resources).filter(([, { Type }]) => Type === type));
  return {
    all,
    one(type, id = "") {
      const found = Object.entries(all(type)).filter(([logicalId]) => logicalId.startsWith(id));
      const [first] = found;
      if (!first || found.length > 1) {
        const ids = found.map(([logicalId]) => logicalId).join(", ");
        throw new Error(`the template has ${found.length} resources ${type} ${id}*: ${ids}`);
      }
      return first[1];
    },
  };
}

/**
 * Synthesizes a stack of somebody else's with the construct in it.
 * @param props what is chosen, which may be of the same stack
 * @param more what is done with the construct then
 * @param stackName what the stack is called where it is deployed
 */
export function built(
  props: (stack: Stack) => Partial<SavepointProps> = () => ({}),
  more: (savepoint: Savepoint, stack: Stack) => void = () => undefined,
  stackName = "Mine",
): Template {
  const stack = new Stack(new App(), "Mine", { stackName });
  const savepoint = new Savepoint(stack, "Savepoint", {
    workflows: standInBundles(),
    ...props(stack),
  });
  more(savepoint, stack);
  return Template.fromStack(stack);
}
