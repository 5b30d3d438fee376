import { assertName, operationKey } from "../core/keys.ts";
import type { OperationKind } from "../store/operation.ts";
import type { OperationRequest } from "./history.ts";

/**
 * Where operations are named: the run itself, or one branch of a map or parallel. Keys are taken in
 * the order of the calls, so each branch that holds several operations needs a scope of its own.
 */
export class Scope {
  readonly path: string;
  readonly #occurrences = new Map<string, number>();
  #ordinal = 0;

  constructor(path = "") {
    this.path = path;
  }

  /** Names the next operation. Throws InvalidArgumentError for a bad name. */
  request(kind: OperationKind, name: string): OperationRequest {
    return { key: this.key(name), kind, scope: this.path, ordinal: this.#ordinal++ };
  }

  /** The scope of one branch of a map or parallel that was named by `key`. */
  branch(key: string, label: string): Scope {
    return new Scope(`${key}/${label}`);
  }

  /** A key for `name` that no other of this scope has: `read`, `read#2`, `read#3`. */
  key(name: string): string {
    assertName("operation", name);
    const occurrence = (this.#occurrences.get(name) ?? 0) + 1;
    this.#occurrences.set(name, occurrence);
    return operationKey(this.path, name, occurrence);
  }
}

/** Scopes with all that lie within them. */
export class ScopeSet {
  readonly #paths = new Set<string>();

  add(path: string): void {
    this.#paths.add(path);
  }

  /** Whether the scope of that path is one of them, or lies within one. */
  has(path: string): boolean {
    for (const one of this.#paths) if (path === one || path.startsWith(`${one}/`)) return true;
    return false;
  }
}
