import { createHash } from "node:crypto";
import { Lazy, Stack } from "aws-cdk-lib";
import type { CfnFunction, Function } from "aws-cdk-lib/aws-lambda";
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
  readonly #handlers: Function[] = [];

  /** Names of the functions, in the order in which they came. */
  get functionNames(): readonly string[] {
    return this.#handlers.map(({ functionName }) => functionName);
  }

  /** Has a function change with the others: its description, which its versions keep, says what all of them are. */
  add({ handler }: LiveFunction): void {
    this.#handlers.push(handler);
    // Looked up each time that it is asked for: a function may still be added after the first time.
    const description = Lazy.uncachedString({ produce: () => `Release ${this.#hash()}` });
    resourceOf(handler).description = description;
  }

  /** Hash of all that is chosen about the functions, for which there are their code and its surroundings. */
  #hash(): string {
    const parts = this.#handlers.map((handler): unknown => {
      const { code, environment, layers, memorySize, timeout } = resourceOf(handler);
      return Stack.of(handler).resolve({ code, environment, layers, memorySize, timeout });
    });
    return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, DIGITS);
  }
}

const resourceOf = (handler: Function) => handler.node.defaultChild as CfnFunction;
