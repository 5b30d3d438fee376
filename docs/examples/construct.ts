import { Stack } from "aws-cdk-lib";
import { Savepoint } from "savepoint/cdk";

/** Everything that the workflows need; a run is started each night at three. */
export class DigestStack extends Stack {
  readonly savepoint = new Savepoint(this, "Savepoint", {
    workflows: "savepoint.config.ts",
    schedules: { nightly: { cron: "0 3 * * *", workflow: "digest", input: { topic: "queues" } } },
  });
}
