import { createHash } from "node:crypto";
import { Lazy, Stack } from "aws-cdk-lib";
import { type CfnFunction, CfnLayerVersion, type ILayerVersion } from "aws-cdk-lib/aws-lambda";
import type { LiveFunction } from "./live-function.ts";

/** Hex digits that tell releases apart. */
const DIGITS = 12;

/**
 * The functions of a deployment that are called for somebody, as one thing that is deployed and rolled back: what
 * changes one of them makes a new version of each. CloudFormation publishes a version of a function, and points its
 * alias to it, only where the function itself has changed; the version before would be that of one deployment for one
 * function and of another for the next.
 */
export class Release {
  readonly #functions: LiveFunction[] = [];

  /** Names of the functions, in the order in which they came. */
  get functionNames(): readonly string[] {
    return this.#functions.map(({ handler }) => handler.functionName);
  }

  /** Has a function change with the others: its description, which its versions keep, says what all of them are. */
  add(live: LiveFunction): void {
    this.#functions.push(live);
    // Looked up each time that it is asked for: a function may still be added after the first time.
    const description = Lazy.uncachedString({ produce: () => `Release ${this.#hash()}` });
    resourceOf(live).description = description;
  }

  /** Hash of all that is chosen about the functions, for which there are their code and its surroundings. */
  #hash(): string {
    const parts = this.#functions.map((live): unknown => {
      const { code, environment, layers, memorySize, timeout } = resourceOf(live);
      const chosen = { code, environment, layers, memorySize, timeout };
      return [Stack.of(live).resolve(chosen), live.layers.map(partsOf)];
    });
    return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, DIGITS);
  }
}

const resourceOf = ({ handler }: LiveFunction) => handler.node.defaultChild as CfnFunction;

/**
 * What a layer that the app builds is made of: to a function it is a reference, which stays the same when another
 * version of the layer comes of it. Others are told apart by their ARN, which has the version.
 */
function partsOf(layer: ILayerVersion): unknown {
  const resource = layer.node.defaultChild;
  if (!(resource instanceof CfnLayerVersion)) return undefined;
  return Stack.of(layer).resolve({
    compatibleArchitectures: resource.compatibleArchitectures,
    compatibleRuntimes: resource.compatibleRuntimes,
    content: resource.content,
    description: resource.description,
    layerName: resource.layerName,
    licenseInfo: resource.licenseInfo,
  });
}
