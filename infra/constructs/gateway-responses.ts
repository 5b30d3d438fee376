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

/** Has API Gateway's own answers look like the API's, and an unauthorized caller told how to authorize. */
export function addGatewayResponses(restApi: RestApi): void {
  for (const [type, statusCode, code, message] of ANSWERS) {
    restApi.addGatewayResponse(type.responseType, {
      type,
      statusCode,
      ...headers(type),
      ...body(code, JSON.stringify(message)),
    });
  }
  // Whatever else goes wrong: API Gateway's own words, which it quotes itself.
  const other = "$context.error.messageString";
  restApi.addGatewayResponse("DEFAULT_4XX", {
    type: ResponseType.DEFAULT_4XX,
    ...body("bad_request", other),
  });
  restApi.addGatewayResponse("DEFAULT_5XX", {
    type: ResponseType.DEFAULT_5XX,
    ...body("internal", other),
  });
}

const body = (code: HttpCode, message: string): Pick<GatewayResponseOptions, "templates"> => ({
  templates: { "application/json": `{"error":{"code":"${code}","message":${message}}}` },
});

const headers = (type: ResponseType): Pick<GatewayResponseOptions, "responseHeaders"> => {
  if (type === ResponseType.UNAUTHORIZED)
    return { responseHeaders: { "WWW-Authenticate": "'Bearer'" } };
  if (type === ResponseType.THROTTLED) return { responseHeaders: { "Retry-After": "'1'" } };
  return {};
};
