import type { IncomingMessage } from "node:http";
import type { APIGatewayProxyEvent } from "aws-lambda";
import type { EpochMs } from "../../lambda/core/clock.ts";
import { TOKEN_HEADER } from "./admission.ts";
import type { Target } from "./api-resources.ts";
import { ACCOUNT } from "./sqs/queue-attributes.ts";

/** Stage under which the API is deployed. */
const STAGE = "v1";

/** What API Gateway knows of a request beside what it holds. */
interface ProxyFacts {
  readonly requestId: string;
  readonly now: EpochMs;
  readonly target: Target;
}

/**
 * The event with which a REST API with proxy integration invokes a function (API Gateway developer
 * guide, "Input format of a Lambda function for proxy integration"). The token stays behind: it
 * opens the front, and is nothing to the function.
 */
export function proxyEvent(
  request: IncomingMessage,
  body: string,
  { requestId, now, target }: ProxyFacts,
): APIGatewayProxyEvent {
  const { method = "GET", url = "/", httpVersion } = request;
  const question = url.indexOf("?");
  const path = question < 0 ? url : url.slice(0, question);
  const { resource, pathParameters } = target;
  const query = valuesByName(new URLSearchParams(question < 0 ? "" : url.slice(question)));
  const headers = valuesByName(headerPairs(request));
  return {
    resource,
    path,
    httpMethod: method,
    headers: lastValues(headers),
    multiValueHeaders: headers,
    queryStringParameters: isEmpty(query) ? null : lastValues(query),
    multiValueQueryStringParameters: isEmpty(query) ? null : query,
    pathParameters,
    stageVariables: null,
    requestContext: {
      accountId: ACCOUNT,
      apiId: "embedded",
      authorizer: null,
      protocol: `HTTP/${httpVersion}`,
      httpMethod: method,
      identity: identityOf(request),
      path: `/${STAGE}${path}`,
      stage: STAGE,
      requestId,
      requestTime: new Date(now).toUTCString(),
      requestTimeEpoch: now,
      resourceId: "embedded",
      resourcePath: resource,
    },
    body: body === "" ? null : body,
    isBase64Encoded: false,
  };
}

/** Header names are kept as they were sent, as API Gateway keeps them. */
function* headerPairs({ rawHeaders }: IncomingMessage): Iterable<[string, string]> {
  for (let place = 0; place + 1 < rawHeaders.length; place += 2) {
    const [name = "", value = ""] = rawHeaders.slice(place, place + 2);
    if (name.toLowerCase() !== TOKEN_HEADER) yield [name, value];
  }
}

function valuesByName(pairs: Iterable<[string, string]>): Record<string, string[]> {
  const byName = new Map<string, string[]>();
  for (const [name, value] of pairs) byName.set(name, [...(byName.get(name) ?? []), value]);
  return Object.fromEntries(byName);
}

const isEmpty = (record: object): boolean => Object.keys(record).length === 0;

const lastValues = (values: Record<string, string[]>): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1)]));

function identityOf(request: IncomingMessage): APIGatewayProxyEvent["requestContext"]["identity"] {
  return {
    accessKey: null,
    accountId: null,
    apiKey: null,
    apiKeyId: null,
    caller: null,
    clientCert: null,
    cognitoAuthenticationProvider: null,
    cognitoAuthenticationType: null,
    cognitoIdentityId: null,
    cognitoIdentityPoolId: null,
    principalOrgId: null,
    sourceIp: request.socket.remoteAddress ?? "127.0.0.1",
    user: null,
    userAgent: request.headers["user-agent"] ?? null,
    userArn: null,
  };
}
