import {
  type GatewayResponseOptions,
  ResponseType,
  type RestApi,
} from "aws-cdk-lib/aws-apigateway";
import type { HttpCode } from "../../lambda/core/http-codes.ts";
import { descriptor } from "../descriptor.ts";

const MISSING = ResponseType.MISSING_AUTHENTICATION_TOKEN;

/** What API Gateway answers by itself, without calling the function. */
const ANSWERS: readonly (readonly [ResponseType, string, HttpCode, string])[] = [
  [
    ResponseType.UNAUTHORIZED,
    "401",
    "unauthorized",
    "send the header Authorization: Bearer <token>",
  ],
  [ResponseType.ACCESS_DENIED, "403", "forbidden", "these credentials do not allow this request"],
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
    "the answer took too long, and whether the request took effect is unknown; reads, starts with an id and sends with a key may be repeated",
  ],
];

const { method, path } = descriptor.http.tokens;
const HERE = `there is only ${method} ${path} here`;

/**
 * What it answers to a request that is not signed, and to a method that a resource does not have, as only those of
 * the open route of tokens do not: it tells these two alike. Where callers bear tokens, it can only be the second.
 */
const unanswered = (takesSignatures: boolean): (typeof ANSWERS)[number] =>
  takesSignatures
    ? [MISSING, "403", "forbidden", `sign the request (AWS SigV4); below /tokens, ${HERE}`]
    : [MISSING, "405", "method_not_allowed", HERE];

/**
 * Has API Gateway's own answers look like the API's, an unauthorized caller told how to authorize, and pages of
 * other sites able to read them where any may call: a browser shows them a network error otherwise.
 * @param corsOrigins origins whose pages may call the API
 * @param takesSignatures whether callers sign their requests, and do not bear tokens
 */
export function addGatewayResponses(
  restApi: RestApi,
  corsOrigins: readonly string[],
  takesSignatures: boolean,
): void {
  const add = (type: ResponseType, answer: Answer, headers: Headers = {}) =>
    restApi.addGatewayResponse(type.responseType, {
      ...answer,
      type,
      responseHeaders: { ...headers, ...crossOrigin(corsOrigins) },
    });
  const allow: Headers = takesSignatures ? {} : { Allow: `'${method}'` };
  for (const [type, statusCode, code, message] of [...ANSWERS, unanswered(takesSignatures)]) {
    const answer = { statusCode, ...body(code, JSON.stringify(message)) };
    add(type, answer, type === MISSING ? allow : HEADERS.get(type));
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
