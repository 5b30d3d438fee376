import type { StepBody } from "../../lambda/index.ts";

/** One time that a step's body was entered. */
export interface Entered {
  readonly name: string;
  readonly idempotencyKey: string;
  /** How many calls of AWS the world had seen by then. */
  readonly position: number;
}

/** What step bodies did, kept outside the world as a service that they call would keep it. */
export class Effects {
  readonly entered: Entered[] = [];
  /** Tells how many calls the world has seen. */
  position: () => number = () => 0;
  /** Resolves when that much virtual time has passed. */
  rest: (ms: number) => Promise<void> = () => Promise.resolve();

  /** A step's body that notes that it was entered, then does its work. */
  body<T>(name: string, work: () => T | Promise<T>): StepBody<T> {
    return ({ idempotencyKey }) => {
      this.entered.push({ name, idempotencyKey, position: this.position() });
      return work();
    };
  }

  /** The names of all bodies entered, each once, in alphabetical order. */
  get names(): string[] {
    return [...new Set(this.entered.map(({ name }) => name))].sort();
  }
}
