import { isFinished, type RunStatus } from "../../lambda/core/status.ts";
import { createSavepoint } from "../../lambda/client/savepoint.ts";
import { DEFAULT_SETTINGS } from "../../lambda/engine/settings.ts";
import { deploy } from "../../lambda/testing/deployment.ts";
import { Process, processClock } from "../../lambda/testing/process.ts";
import { replay } from "../../lambda/testing/replay.ts";
import { silentLog } from "../../lambda/testing/logs.ts";
import { VirtualClock } from "../../lambda/testing/virtual-clock.ts";
import { Bodies } from "./bodies.ts";
import { changed, type CodeChange } from "./deploys.ts";
import { interpret } from "./interpret.ts";
import { textOf } from "./mirror.ts";
import type { Play } from "./play.ts";
import type { Trace } from "./trace.ts";

/** What replaying the finished histories of a play came to. */
export interface Replay {
  readonly traces: ReadonlyMap<string, Trace>;
  /** What went otherwise than recorded. */
  readonly excess: readonly string[];
}

/** Replays every finished run of a play: the same code over the same history. */
export async function replayFinished(play: Play): Promise<Replay> {
  const { mirror, scenario, world } = play;
  const clock = new VirtualClock(world.clock.now());
  const process = new Process("replay");
  const traces = new Map<string, Trace>();
  const excess: string[] = [];
  const entered = ({ run }: { readonly run: string }) => {
    excess.push(`${run} entered a body`);
  };
  const bodies = new Bodies(process, processClock(clock, process), entered, () => world.savepoint);
  const begun = (trace: Trace) => void traces.set(trace.run, trace);
  const programsOf = (change: CodeChange | undefined) =>
    interpret(changed(scenario.programs, change), process, bodies, begun);
  const workflows = programsOf(undefined);
  // Past what goes wrong with the calls of the world.
  const { dynamodb, sqs } = world;
  const services = { dynamodb: dynamodb.handler, sqs: sqs.handler, reaching: undefined };
  const client = { name: process.name, seed: 1, clock, log: silentLog, settings: DEFAULT_SETTINGS };
  const savepoint = createSavepoint(deploy({ ...client, ...services, workflows }));
  for (const [id, meta] of mirror.metas) {
    if (!isFinished(textOf(meta, "status") as RunStatus) || mirror.wasEndedFromOutside(meta))
      continue;
    const workflow = programsOf(play.changeOf(id)).find(
      ({ name }) => name === textOf(meta, "workflow"),
    );
    try {
      if (!workflow) throw new Error("there is no such workflow");
      await replay(workflow, await savepoint.get(id).export());
    } catch (error) {
      excess.push(`${id}: ${String(error)}`);
    }
  }
  return { traces, excess };
}
