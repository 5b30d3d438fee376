import { expect } from "vitest";
import { isFinished } from "../../lambda/core/status.ts";
import { idempotencyKey } from "../../lambda/core/keys.ts";
import type { Meta } from "../../lambda/store/meta.ts";
import type { World } from "../../lambda/testing/world.ts";
import { expectReplayGivesTheSame } from "./replay.ts";
import type { Entered } from "./effects.ts";

const FINISHED = new Set(["succeeded", "failed", "cancelled"]);

/**
 * No body was entered after its result had been recorded: a completed step never runs again. At most
 * those in flight at a crash were entered twice.
 */
export function expectNoCompletedStepAgain(
  world: World,
  entered: readonly Entered[],
  /** A cancelled run gives up the steps that it is at. */
  { isGivenUpLegal = false } = {},
): void {
  const ids = new Map<string, string>();
  const recorded = new Map<string, number>();
  for (const [position, { action, input, error }] of world.outcomes.entries()) {
    if (action !== "PutItem" || error) continue;
    const { Item } = input as unknown as PutInput;
    const pk = Item["pk"]?.S ?? "";
    if (Item["sk"]?.S === "META") ids.set(Item["inc"]?.S ?? "", pk.slice("RUN#".length));
    if (Item["s"]?.S !== "done") continue;
    const [, incarnation = ""] = pk.split("#");
    const run = { id: ids.get(incarnation) ?? "", incarnation, round: 1 };
    recorded.set(idempotencyKey(run, (Item["sk"]?.S ?? "").slice("OP#".length)), position);
  }
  for (const { name, idempotencyKey: key, position } of entered) {
    const recordedAt = recorded.get(key);
    if (recordedAt === undefined && isGivenUpLegal) continue;
    expect(recordedAt, `${name} was entered but never recorded`).toBeDefined();
    expect(position, `${name} was entered again after it was done`).toBeLessThanOrEqual(
      recordedAt ?? 0,
    );
  }
}

/** What must hold of any world once its runs have come to their end, whatever went wrong. */
export async function expectSoundEnd(
  world: World,
  /** Not for code that awaits what is not durable, nor for runs that the engine has ended. */
  { isReplayed = true } = {},
): Promise<void> {
  const finished = await expectNothingStuck(world);
  for (const meta of isReplayed ? finished : []) {
    if (isEndedFromOutside(meta)) continue;
    await world.until(expectReplayGivesTheSame(world, meta));
  }
  expectNothingAfterFinish(world);
  expectSettledOnce(world);
}

/** Whether the run was terminated, whatever its code was at: its history is no whole one. */
export const isEndedFromOutside = ({ status, cancel }: Meta): boolean =>
  status === "cancelled" && cancel === undefined;

/** A client's clock is behind by less than this, milliseconds. */
const SKEW_MAX_MS = 60_000;

/** Every run has finished, owes nothing, and is out of the sweeper's sight. */
async function expectNothingStuck(world: World): Promise<readonly Meta[]> {
  const since = world.startedAt - SKEW_MAX_MS;
  const { runs } = await world.until(world.savepoint.list({ limit: 200, since }));
  const metas = await world.until(world.store.readRuns(runs.map(({ id }) => id)));
  for (const meta of metas.values()) {
    const { id, status, owed, checkAt, owner, dueAt } = meta;
    expect({ id, owed, checkAt, owner, dueAt }, `${id} is ${status}`).toEqual({
      id,
      owed: [],
      checkAt: undefined,
      owner: undefined,
      dueAt: undefined,
    });
    expect(isFinished(status), `${id} is ${status}`).toBe(true);
  }
  return [...metas.values()];
}

/** After a run's finish its META changes no more, but for what it owed: looked at, and cleared; until it is resumed. */
function expectNothingAfterFinish(world: World): void {
  const finished = new Set<string>();
  for (const { action, input, error } of world.outcomes) {
    // Another run of that id begins, the former one having been deleted.
    if (action === "PutItem" && !error) {
      const { Item } = input as unknown as PutInput;
      if (Item["sk"]?.S === "META") finished.delete(Item["pk"]?.S ?? "");
    }
    if (action !== "UpdateItem" || error) continue;
    const {
      Key,
      UpdateExpression,
      ExpressionAttributeValues: values,
    } = input as unknown as UpdateInput;
    if (Key.sk.S !== "META") continue;
    // A resumed run has not finished any more.
    if (values[":queued"] && UpdateExpression.includes("#gen = :next")) finished.delete(Key.pk.S);
    if (finished.has(Key.pk.S)) {
      expect(UpdateExpression, `update of ${Key.pk.S} after its finish`).toMatch(
        /REMOVE #owed|#nudges = :nudges/,
      );
    }
    if (FINISHED.has(values[":status"]?.S ?? "")) finished.add(Key.pk.S);
  }
}

/** Each operation's record was written as done once, and each place in the order was used once. */
function expectSettledOnce(world: World): void {
  const done = new Map<string, string>();
  const places = new Set<string>();
  const deleted = new Set<string>();
  for (const { action, input, error } of world.outcomes) {
    if (error) continue;
    if (action === "DeleteItem") {
      const { Key } = input as unknown as Pick<UpdateInput, "Key">;
      deleted.add(`${Key.pk.S} ${Key.sk.S}`);
    }
    if (action !== "PutItem") continue;
    const { Item } = input as unknown as PutInput;
    if (Item["s"]?.S !== "done") continue;
    const pk = Item["pk"]?.S ?? "";
    const key = `${pk} ${Item["sk"]?.S}`;
    // What comes late into a history that was deleted meanwhile lies there until it expires.
    if (deleted.has(key)) continue;
    expect(done.get(key), `${key} was settled twice`).toBeUndefined();
    done.set(key, Item["w"]?.S ?? "");
    const place = `${pk} ${Item["o"]?.N}`;
    expect(places.has(place), `place ${place} was used twice`).toBe(false);
    places.add(place);
  }
}

interface Text {
  readonly S: string;
}
interface UpdateInput {
  readonly Key: { readonly pk: Text; readonly sk: Text };
  readonly UpdateExpression: string;
  readonly ExpressionAttributeValues: Readonly<Record<string, Partial<Text>>>;
}
interface PutInput {
  readonly Item: Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;
}
