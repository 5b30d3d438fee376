import { LambdaClient } from "@aws-sdk/client-lambda";
import { systemClock } from "../core/clock.ts";
import { jsonLog } from "../core/log.ts";
import { createVersionPruner, prunedFunctions } from "./create-version-pruner.ts";

/** Deletes versions of the deployment's functions that are neither among the newest nor called by an alias. */
export const handler = createVersionPruner({
  // Lambda takes few such calls a second from an account: it is asked for patience often.
  client: new LambdaClient({
    maxAttempts: 8,
    requestHandler: {
      connectionTimeout: 2_000,
      requestTimeout: 10_000,
      throwOnRequestTimeout: true,
    },
  }),
  functions: prunedFunctions(process.env),
  log: jsonLog(
    (line) => process.stdout.write(`${line}\n`),
    () => systemClock.now(),
  ),
});
