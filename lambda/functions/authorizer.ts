import { systemClock } from "../core/clock.ts";
import { jsonLog } from "../core/log.ts";
import { createAuthorizer, credentialsCheck } from "./create-authorizer.ts";
import { secretsManager } from "./secrets.ts";

/** API Gateway remembers a decision for a minute; this comes on top of that. */
const KEEP_TOKENS_MS = 10_000;

/** Decides who may call the API, where bearer tokens or an issuer's JSON Web Tokens are taken. */
export const handler = createAuthorizer(
  credentialsCheck(process.env, {
    read: secretsManager(KEEP_TOKENS_MS),
    clock: systemClock,
    fetch: globalThis.fetch,
  }),
  jsonLog(
    (line) => process.stdout.write(`${line}\n`),
    () => systemClock.now(),
  ),
);
