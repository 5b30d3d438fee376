import type { EventBridgeEvent } from "aws-lambda";
import { connect, isSavepointError } from "savepoint";
import { decision } from "./events.ts";

/** What the intranet says when somebody has decided on an expense. */
interface Decided {
  readonly run: string;
  readonly approved: boolean;
  readonly by: string;
}

/** The deployment that this function was added to. */
const savepoint = connect();

/** Passes a decision on to its run. EventBridge may deliver it twice: the second changes nothing. */
export const handler = async ({ id, detail }: EventBridgeEvent<"decided", Decided>) => {
  const { run, ...answer } = detail;
  try {
    await savepoint.get(run).send(decision, answer, { idempotencyKey: id });
  } catch (error) {
    // The run has finished: nobody waits for a decision any more.
    if (!isSavepointError(error, "run_conflict")) throw error;
  }
};
