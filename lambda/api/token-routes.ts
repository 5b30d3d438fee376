import { LIMITS } from "../core/limits.ts";
import { type Route, routeWithBody } from "./route.ts";
import * as shape from "./schemas.ts";

const completeToken = routeWithBody(
  {
    method: "POST",
    path: "/tokens/{token}",
    operationId: "completeToken",
    summary: "Complete a callback token, once",
    token: "The token, as the run has handed it out",
    idempotencyKey:
      "The same completion sent again with the same key is not refused as a second one",
    query: shape.NoQuery,
    body: shape.TokenValue,
    bodyBytesMax: LIMITS.tokenBodyBytes,
    replies: {
      202: { description: "The run has the value", schema: shape.TokenCompleted },
      400: { description: "The body is not JSON" },
      404: { description: "The token is wrong, used or expired, or its run has finished" },
      413: { description: "The body is over 16 KB" },
      415: { description: "The body is not declared as application/json" },
      422: { description: "The key is not valid" },
      429: { description: "The run has too many events waiting; send again later" },
    },
  },
  async ({ savepoint }, { token, body, idempotencyKey }) => {
    await savepoint.completeToken(token, body, { idempotencyKey });
    return { status: 202, body: { completed: true } };
  },
);

/** What completes callback tokens. */
export const TOKEN_ROUTES: readonly Route[] = [completeToken];
