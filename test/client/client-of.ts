import { createSavepoint, type Savepoint } from "../../lambda/client/savepoint.ts";
import type { Workflow } from "../../lambda/engine/workflow.ts";
import type { Hint } from "../../lambda/queue/hints.ts";
import { type OpenedStore, openTestStore, stillClock } from "../support/test-store.ts";

/** A client of a store whose runs stand as a test puts them. */
export interface ClientUnderTest extends OpenedStore {
  readonly savepoint: Savepoint;
  /** Hints that were sent. */
  readonly hints: Hint[];
  /** Thrown by each hint that is sent. */
  hintFailure: Error | undefined;
  /** Warnings that were logged. */
  readonly warnings: string[];
}

/** Makes a client of a fresh store. */
export async function clientUnderTest(...workflows: readonly Workflow[]): Promise<ClientUnderTest> {
  const opened = await openTestStore();
  const hints: Hint[] = [];
  const warnings: string[] = [];
  const unused = () => Promise.reject(new Error("a client only sends hints"));
  const ignore = () => {};
  const client: ClientUnderTest = {
    ...opened,
    hints,
    warnings,
    hintFailure: undefined,
    savepoint: createSavepoint(
      {
        store: opened.store,
        ids: opened.ids,
        clock: stillClock,
        log: {
          debug: ignore,
          info: ignore,
          warn: (message) => void warnings.push(message),
          error: ignore,
        },
        hints: {
          async send(hint) {
            if (client.hintFailure) throw client.hintFailure;
            hints.push(hint);
          },
          hide: unused,
          hideAll: unused,
          delete: unused,
        },
      },
      new Map(workflows.map((one) => [one.name, one])),
    ),
  };
  return client;
}
