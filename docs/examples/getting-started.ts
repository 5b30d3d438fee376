import { connect, type ConnectOptions } from "savepoint/client";
import type { expense } from "./events.ts";

/** Has an expense approved, from a web page: nothing of the workflow is loaded but its type. */
export async function approval(options: ConnectOptions, euros: number): Promise<string> {
  const savepoint = connect(options);
  const run = await savepoint.start<typeof expense>("expense", { euros });
  return run.result({ timeout: "1m" });
}
