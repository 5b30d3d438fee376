import { TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { event, type Savepoint } from "../../lambda/index.ts";
import type { Workflow } from "../../lambda/engine/workflow.ts";
import type { World } from "../../lambda/testing/world.ts";
import type { Act } from "./acts.ts";
import { type Mirror, numberOf, textOf } from "./mirror.ts";
import type { Scenario } from "./scenario.ts";

/** What acts are performed with. */
export interface Stage {
  readonly scenario: Scenario;
  readonly mirror: Mirror;
  readonly world: World;
  readonly workflows: readonly Workflow[];
}

/** Does what an act does to a run, as a user of the client would. */
export async function perform(
  stage: Stage,
  act: Act,
  run: string,
  savepoint: Savepoint,
): Promise<unknown> {
  const handle = savepoint.get(run);
  switch (act.kind) {
    case "cancel":
    case "terminate":
      return handle[act.kind]({ reason: act.reason });
    case "pause":
    case "resume":
      return handle[act.kind]();
    case "start":
      return start(stage, run, savepoint);
    case "send": {
      const { letter, key } = act;
      return handle.send(event(act.name), letter, key === undefined ? {} : { idempotencyKey: key });
    }
    case "fork": {
      const keys = recordedKeys(stage, run);
      const from = act.from === undefined ? undefined : keys[act.from % Math.max(keys.length, 1)];
      // That of a later round says which one it is.
      const isFirst = mirrorRound(stage, run) === 1;
      const input = act.isNewInput && isFirst ? { input: "another" } : {};
      return handle.fork({ id: act.id, ...(from !== undefined && { from }), ...input });
    }
    case "delete":
      await handle.delete();
      return act.isForGood ? undefined : start(stage, run, savepoint);
    case "expire":
      await expire(stage, run, act.isGone);
      return start(stage, run, savepoint);
  }
}

/** Starts a run as it was started first; nothing for one that was not started from outside. */
async function start({ scenario, workflows }: Stage, run: string, savepoint: Savepoint) {
  const first = scenario.actions.find((one) => one.run === run);
  const workflow = first && workflows[first.program];
  if (!workflow) return;
  const { timeoutMs: timeout } = first;
  await savepoint.start(workflow, "given", { id: run, ...(timeout && { timeout }) });
}

const mirrorRound = ({ mirror }: Stage, run: string): number =>
  numberOf(mirror.metas.get(run), "round") ?? 1;

/** Keys of what a run has recorded, those of the engine's own left out. */
function recordedKeys({ mirror }: Stage, run: string): string[] {
  const meta = mirror.metas.get(run);
  const keys = meta ? [...mirror.operationsOf(meta).keys()] : [];
  return keys.filter((key) => !key.startsWith("@")).sort();
}

/** The end of a finished run's life: DynamoDB has deleted its META, or will; its history lives longer. */
async function expire({ mirror, world }: Stage, run: string, isGone: boolean): Promise<void> {
  const meta = mirror.metas.get(run);
  if (!meta?.["finishedAt"] || meta["owed"] || isAwaited(mirror, run)) return;
  mirror.remove(`RUN#${run}`, "META");
  const [pk, sk] = [meta["pk"] ?? { S: "" }, meta["sk"] ?? { S: "" }];
  if (isGone) {
    await world.dynamodb.call("DeleteItem", { TableName: TABLE_NAME, Key: { pk, sk } });
    return;
  }
  const Item = { ...meta, ttl: { N: String(Math.floor(world.clock.now() / 1_000) - 100) } };
  await world.dynamodb.call("PutItem", { TableName: TABLE_NAME, Item });
}

/** Whether an unfinished run waits for another one. */
const isAwaited = (mirror: Mirror, id: string): boolean =>
  [...mirror.metas.values()].some(
    (meta) =>
      meta["finishedAt"] === undefined &&
      [...mirror.operationsOf(meta).values()].some(({ item }) => textOf(item, "c") === id),
  );
