import { App, Stack } from "aws-cdk-lib";
import { Savepoint } from "savepoint/cdk";

const stack = new Stack(new App(), "Digest");
new Savepoint(stack, "Savepoint", {
  workflows: "savepoint.config.ts",
  schedules: {
    // Each night at three o'clock, UTC.
    nightly: { cron: "0 3 * * *", workflow: "digest", input: { topic: "durable execution" } },
  },
});
