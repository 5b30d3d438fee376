import { type RunHandle, type Savepoint, workflow } from "savepoint";
import { warehouse } from "./services.ts";

/** Loads files while it holds a lock. */
export const load = workflow("load", {}, async (ctx, { files }: { files: string[] }) => {
  await ctx.step("lock", () => warehouse.lock());
  try {
    for (const file of files) {
      await ctx.step("file", ({ signal }) => warehouse.load(file, signal));
      await ctx.sleep("let others read", "1m");
    }
  } finally {
    await ctx.step("unlock", () => warehouse.unlock());
  }
});

/** Starts an import that is cancelled when it takes more than two hours. */
export const startLoad = (savepoint: Savepoint, files: string[]): Promise<RunHandle<void>> =>
  savepoint.start(load, { files }, { id: "load-1", timeout: "2h" });

/** Stops it; it unlocks the warehouse first. */
export const stopLoad = (savepoint: Savepoint): Promise<void> =>
  savepoint.get("load-1").cancel({ reason: "wrong files" });
