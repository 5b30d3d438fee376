import { type RunHandle, type Savepoint, workflow } from "savepoint";
import { warehouse } from "./services.ts";

/** Loads files while it holds a lock. */
export const load = workflow("load", {}, async (ctx, { files }: { files: string[] }) => {
  await ctx.step("lock", { rollback: () => warehouse.unlock() }, () => warehouse.lock());
  for (const file of files) {
    await ctx.step("file", ({ signal }) => warehouse.load(file, signal));
    await ctx.sleep("let others read", "1m");
  }
  await ctx.step("unlock", () => warehouse.unlock());
});

/** Starts an import that is cancelled when it takes more than two hours. */
export const startLoad = (savepoint: Savepoint, files: string[]): Promise<RunHandle<void>> =>
  savepoint.start(load, { files }, { id: "load-1", timeout: "2h" });

/** Stops it; its rollback unlocks the warehouse. */
export const stopLoad = (savepoint: Savepoint): Promise<void> =>
  savepoint.get("load-1").cancel({ reason: "wrong files" });

/** Cancels the imports that wait and were started over six hours ago; tells how many could not be. */
export async function stopOld(savepoint: Savepoint, now: number): Promise<number> {
  const old = { workflow: "load", status: "waiting", until: now - 6 * 3_600_000 } as const;
  const { failures } = await savepoint.bulk("cancel", old, { reason: "too old" });
  return failures.length;
}
