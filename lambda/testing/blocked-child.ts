import { decodeValue } from "../core/codec.ts";
import { WorkflowNotFoundError } from "../core/errors.ts";
import { isFinished } from "../core/status.ts";
import type { Meta } from "../store/meta.ts";
import type { Store } from "../store/store.ts";
import type { World } from "./world.ts";

/** Past the time of any run. */
const EVER = { since: 0, until: 99_999_999_999_999 };
const PAGE = 25;

/** The blocked run that a run waits for, be it as the child of a child; undefined when there is none. */
export async function blockedChild(
  { store, clock }: World,
  parent: Meta,
): Promise<Meta | undefined> {
  for await (const { meta } of store.listAttention(EVER, PAGE, clock.now())) {
    if (meta?.status === "blocked" && (await isAwaitedBy(store, meta, parent))) return meta;
  }
  return undefined;
}

/** Whether a run is among those that wait for another, or for one of those that do. */
async function isAwaitedBy(store: Store, child: Meta, parent: Meta): Promise<boolean> {
  const seen = new Set([child.incarnation]);
  const open = [child];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const { id, incarnation } of next.waiters) {
      if (incarnation === parent.incarnation) return true;
      const waiter = seen.has(incarnation) ? undefined : await store.readRun(id);
      seen.add(incarnation);
      if (waiter?.incarnation === incarnation && !isFinished(waiter.status)) open.push(waiter);
    }
  }
  return false;
}

/** What a run that waits for a blocked one is told of: the reason, of the same class, and which run it is. */
export async function blockedChildError(
  { store }: World,
  parent: Meta,
  { id, workflow, error = "" }: Meta,
): Promise<unknown> {
  const waits = `run "${parent.id}" waits for "${id}", of workflow "${workflow}", which`;
  const reason = decodeValue(await store.values.fetch(error));
  if (reason instanceof WorkflowNotFoundError) {
    const advice = "give it, or a fake one of that name, among the workflows of createTestEngine";
    return new WorkflowNotFoundError(`${waits} the engine does not have; ${advice}`);
  }
  // Decoded for this caller alone, so that nobody else has it.
  if (reason instanceof Error) reason.message = `${waits} is blocked: ${reason.message}`;
  return reason;
}
