import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Figure } from "../report.ts";
import { openSession, type Session, type Setting, workflows } from "../session.ts";
import { median } from "../statistics.ts";

/** The embedded stack's lease, and how long after its end a message comes back, milliseconds. */
const LEASE_MS = 1_000;
const AFTER_LEASE_MS = 1_000;

/**
 * SIGKILL of the stack, and with it of its worker, in the middle of a run: from the start of the next
 * process to the end of that run. It is set beside what the protocol allows: what is left of the
 * lease, a second until the message is shown again, and a start without a crash in the same folder.
 */
export async function measureCrash(setting: Setting, rounds: number): Promise<Figure> {
  const directory = join(setting.directory, "crash");
  mkdirSync(directory);
  const holdFile = join(directory, "hold");
  const resumed: number[] = [];
  const cold: number[] = [];
  let session = await openSession(directory, setting.emptyServer);
  for (let round = 0; round < rounds; round += 1) {
    writeFileSync(holdFile, "");
    const { id } = await session.savepoint.start(workflows.held, { file: holdFile });
    await untilHeld(session, id);
    await session.stack.kill();
    rmSync(holdFile);
    const [afterCrash, crashed] = await restart(directory, setting, (next) =>
      next.savepoint.get(id).result(),
    );
    resumed.push(afterCrash);
    await crashed.stack.kill();
    const [withoutCrash, next] = await restart(directory, setting, async ({ savepoint }) =>
      (await savepoint.start(workflows.plain, { count: 10 })).result(),
    );
    cold.push(withoutCrash);
    session = next;
  }
  await session.stack.stop();
  const coldStart = median(cold);
  const allowed = LEASE_MS + AFTER_LEASE_MS + coldStart;
  return {
    title: "SIGKILL of the stack",
    about: `From the restart of the process to the end of a run that was at its fifth step of ten; ${rounds} rounds. Beside it: lease ${LEASE_MS} ms + ${AFTER_LEASE_MS} ms + a start in the same folder with nothing to recover.`,
    lines: [
      {
        name: "restart to completion, median",
        unit: "ms",
        measured: median(resumed),
        floor: allowed,
        atMost: 1,
      },
      {
        name: "restart to completion, worst",
        unit: "ms",
        measured: Math.max(...resumed),
        floor: allowed,
        atMost: 1,
      },
      { name: "restart to completion, fastest", unit: "ms", measured: Math.min(...resumed) },
      { name: "start without a crash, median", unit: "ms", measured: coldStart },
    ],
  };
}

/** Waits until four steps are recorded; the fifth then hangs, and heartbeats come and go. */
async function untilHeld({ savepoint }: Session, id: string): Promise<void> {
  const run = savepoint.get(id);
  while ((await run.history()).length < 4) await run.wait({ timeout: 20 });
  // Anywhere between two heartbeats.
  await run.wait({ timeout: Math.random() * LEASE_MS });
}

async function restart(
  directory: string,
  { emptyServer }: Setting,
  work: (session: Session) => Promise<unknown>,
): Promise<[ms: number, session: Session]> {
  const startedAt = performance.now();
  const session = await openSession(directory, emptyServer);
  await work(session);
  return [performance.now() - startedAt, session];
}
