import {
  type GatewayResponseOptions,
  ResponseType,
  type RestApi,
} from "aws-cdk-lib/aws-apigateway";
import type { HttpCode } from "../../lambda/core/http-codes.ts";

/** What API Gateway answers by itself, without calling the function. */
const ANSWERS: readonly (readonly [ResponseType, string, HttpCode, string])[] = [
  [
    ResponseType.UNAUTHORIZED,
    "401",
    "unauthorized",
    "send the header Authorization: Bearer <token>",
  ],
  [ResponseType.ACCESS_DENIED, "403", "forbidden", "these credentials do not allow this request"],
  [ResponseType.MISSING_AUTHENTICATION_TOKEN, "403", "forbidden", "sign the request (AWS SigV4)"],
  [ResponseType.INVALID_SIGNATURE, "403", "forbidden", "the signature does not match the request"],
  [ResponseType.EXPIRED_TOKEN, "403", "forbidden", "the credentials have expired"],
  [ResponseType.AUTHORIZER_FAILURE, "500", "internal", "the credentials could not be checked"],
  [
    ResponseType.AUTHORIZER_CONFIGURATION_ERROR,
    "500",
    "internal",
    "the credentials could not be checked",
  ],
  [ResponseType.THROTTLED, "429", "too_many_requests", "too many requests; send it again later"],
  [
    ResponseType.REQUEST_TOO_LARGE,
    "413",
    "body_too_large",
    "the request is too large; keep large data elsewhere and send a reference to it",
  ],
  [
    ResponseType.INTEGRATION_TIMEOUT,
    "504",
    "timeout",
    "the answer took too long; it is safe to ask again",
  ],
];

/**
 * Has API Gateway's own answers look like the API's, an unauthorized caller told how to authorize, and pages of
 * other sites able to read them where any may call: a browser shows them a network error otherwise.
 * @param corsOrigins origins whose pages may call the API
 */
export function addGatewayResponses(restApi: RestApi, corsOrigins: readonly string[]): void {
  const add = (type: ResponseType, answer: Answer, headers: Headers = {}) =>
    restApi.addGatewayResponse(type.responseType, {
      ...answer,
      type,
      responseHeaders: { ...headers, ...crossOrigin(corsOrigins) },
    });
  for (const [type, statusCode, code, message] of ANSWERS) {
    const answer = { statusCode, ...body(code, JSON.stringify(message)) };
    add(type, answer, HEADERS.get(type));
  }
  // Whatever else goes wrong: API Gateway's own words, which it quotes itself.
  const other = "$context.error.messageString";
  add(ResponseType.DEFAULT_4XX, body("bad_request", other));
  add(ResponseType.DEFAULT_5XX, body("internal", other));
}

type Answer = Pick<GatewayResponseOptions, "statusCode" | "templates">;

/** Headers by name; values are in quotes, as API Gateway wants those that are always the same. */
type Headers = Readonly<Record<string, string>>;

const HEADERS: ReadonlyMap<ResponseType, Headers> = new Map([
  [ResponseType.UNAUTHORIZED, { "WWW-Authenticate": "'Bearer'" }],
  [ResponseType.THROTTLED, { "Retry-After": "'1'" }],
]);

/**
 * A gateway response cannot choose among origins. Where there are several, any page may read these answers, and
 * these alone: they say what is wrong and hold nothing of a run; cookies, which do not go with `*`, mean nothing to
 * the API.
 */
function crossOrigin(origins: readonly string[]): Headers {
  const [only, ...others] = origins;
  if (only === undefined) return {};
  return {
    "Access-Control-Allow-Origin": others.length === 0 ? `'${only}'` : "'*'",
    "Access-Control-Expose-Headers": "'retry-after'",
  };
}

const body = (code: HttpCode, message: string): Answer => ({
  templates: { "application/json": `{"error":{"code":"${code}","message":${message}}}` },
});
