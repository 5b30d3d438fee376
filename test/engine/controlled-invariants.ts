import { expect } from "vitest";
import { historyOf } from "../../lambda/store/meta.ts";
import type { World } from "../../lambda/testing/world.ts";
import { UNDONE } from "./controlled-workflows.ts";
import type { Entered } from "./effects.ts";
import { isEndedFromOutside } from "./invariants.ts";

/** The bodies of steps that run at most once are told by their names. */
export function expectEnteredAtMostOnce(entered: readonly Entered[]): void {
  const once = entered.map(({ name }) => name).filter((name) => name.startsWith("once-"));
  expect(new Set(once).size, `bodies entered: ${once.join(", ")}`).toBe(once.length);
}

/** No message was consumed by two waits of a run. */
export async function expectMessagesTakenOnce(world: World): Promise<void> {
  for (const { meta, records } of await histories(world)) {
    const taken = records.flatMap(({ messageId }) => messageId ?? []);
    expect(new Set(taken).size, `messages taken by ${meta.id}`).toBe(taken.length);
  }
}

/**
 * A run that has failed or was cancelled has undone what it had completed, the last first, each once;
 * one that has succeeded has undone nothing.
 */
export async function expectUndone(world: World): Promise<void> {
  for (const { meta, records } of await histories(world)) {
    const done = records
      .filter(({ state }) => state === "done")
      .sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
    const undone = done.filter(({ kind }) => kind === "rollback").map(({ key }) => key);
    const completed = done
      .filter(({ key, error }) => isUndone(key) && error === undefined)
      .map(({ key }) => `@rollback/${key}`);
    // One ended from outside stopped wherever it was.
    if (isEndedFromOutside(meta)) continue;
    const expected = meta.status === "succeeded" ? [] : completed.toReversed();
    expect(undone, `what ${meta.id}, ${meta.status}, has undone`).toEqual(expected);
  }
}

const isUndone = (key: string): boolean => (UNDONE as readonly string[]).includes(key);

/** When a run ends as cancelled each of its children has finished or been asked to. */
export function expectChildrenAskedToEnd(world: World): void {
  const open = new Set<string>();
  for (const { action, input, error } of world.outcomes) {
    if (error) continue;
    if (action === "PutItem") {
      const { Item } = input as unknown as PutInput;
      const { pk, sk, status } = Item;
      if (sk?.S === "META" && status?.S === "queued") open.add(pk?.S ?? "");
    }
    if (action !== "UpdateItem") continue;
    const { Key, ExpressionAttributeValues: values } = input as unknown as UpdateInput;
    if (Key.sk.S !== "META") continue;
    const { ":cancel": cancel, ":status": status } = values;
    if (status?.S === "cancelled") {
      const left = [...open].filter((pk) => pk.startsWith(`${Key.pk.S}~`));
      expect(left, `children of ${Key.pk.S}, which ends as cancelled`).toEqual([]);
    }
    if (cancel || FINISHED.has(status?.S ?? "")) open.delete(Key.pk.S);
  }
}

const FINISHED = new Set(["succeeded", "failed", "cancelled"]);

async function histories(world: World) {
  const { runs } = await world.until(world.savepoint.list({ limit: 200 }));
  const metas = await world.until(world.store.readRuns(runs.map(({ id }) => id)));
  return Promise.all(
    [...metas.values()].map(async (meta) => ({
      meta,
      records: await world.until(world.store.loadHistory(historyOf(meta))),
    })),
  );
}

interface Text {
  readonly S: string;
}
interface UpdateInput {
  readonly Key: { readonly pk: Text; readonly sk: Text };
  readonly ExpressionAttributeValues: Readonly<Record<string, Partial<Text>>>;
}
interface PutInput {
  readonly Item: Readonly<Record<string, { readonly S?: string }>>;
}
