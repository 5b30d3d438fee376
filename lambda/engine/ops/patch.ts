import { bundleMark } from "../../core/keys.ts";
import { encodeValue } from "../../core/codec.ts";
import type { Execution } from "../execution.ts";
import type { Behaviour } from "../operation.ts";
import { settle } from "../recording.ts";

/** Prefix of the keys of patches: no name can have it. */
const PATCH_PREFIX = "@patch/";

/**
 * `ctx.patched`: true where its record says so; false as long as something recorded is still to come,
 * because the run has been here before, with the code from before the patch; else true from now on,
 * and recorded. One answer an id and run: after a takeover, a former owner must not record the other one.
 * Either answer comes in a turn of its own.
 */
export function patched(execution: Execution, id: string): Promise<boolean> {
  const { history, patches } = execution;
  let answer = patches.get(id);
  if (!answer) {
    const key = PATCH_PREFIX + id;
    const isOld =
      history.find(key)?.state !== "done" &&
      (hasBeenHere(execution, key) || mayBeBeingPassed(execution));
    const request = { key, kind: "patch", scope: "", ordinal: -1 } as const;
    if (isOld) execution.unfenced.push({ ...request, record: undefined });
    answer = isOld ? denial(execution) : execution.enqueue<boolean>(request, record);
    patches.set(id, answer);
  }
  return answer;
}

const denial = async ({ bell, denials }: Execution): Promise<boolean> =>
  new Promise((resolve) => {
    denials.push(() => resolve(false));
    bell.ring();
  });

const record: Behaviour = {
  live: (operation, execution) => settle(execution, operation, { result: encodeValue(true) }),
};

/**
 * Whether the history holds anything that the code has not asked for yet, or that an owner before has denied
 * the patch: its mark may be all that is left of why. The mark may also be of one that it was about to record.
 */
const hasBeenHere = (execution: Execution, patch: string): boolean =>
  execution.history.next !== undefined ||
  execution.history.unfinished.some(({ epoch, key, kind }) =>
    kind === "patch" ? key === patch && epoch < execution.meta.epoch : !execution.hasAsked(key),
  );

/**
 * Whether a former owner with other code may be at work here, which records what it asks for without asking
 * for the patch: nothing marks what this code does not ask for itself.
 */
const mayBeBeingPassed = ({ deps, marksFirst, meta }: Execution): boolean =>
  marksFirst &&
  meta.formerBundle !== undefined &&
  meta.formerBundle !== bundleMark(deps.settings.code);
