import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { decoded } from "../core/decoded.ts";
import type { HttpCode } from "../core/http-codes.ts";

/** Longest answer of a synchronous invocation, bytes of JSON (Lambda quotas; Lambda says this number itself). */
export const ANSWER_MAX_BYTES = 6_291_556;
/**
 * Characters of a body that is certain to fit. As a text in JSON a character takes six bytes at most, and
 * the headers, with what holds them, far less than the rest.
 */
const CERTAIN_TO_FIT = Math.floor(ANSWER_MAX_BYTES / 8);

/** Resource of every path that has none of its own. */
const PROXY = "/{proxy+}";

/** An API Gateway REST proxy event as a web request. The host is of no meaning to the routes. */
export function requestFrom(event: APIGatewayProxyEvent): Request {
  const url = new URL(`https://api.invalid${pathOf(event)}`);
  for (const [name, values] of Object.entries(event.multiValueQueryStringParameters ?? {})) {
    for (const value of values ?? []) url.searchParams.append(name, value);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(event.headers)) {
    if (value !== undefined) headers.set(name, value);
  }
  const { body, httpMethod: method, isBase64Encoded } = event;
  const hasBody = body !== null && method !== "GET" && method !== "HEAD";
  return new Request(url, {
    method,
    headers,
    ...(hasBody && { body: isBase64Encoded ? Buffer.from(body, "base64") : body }),
  });
}

/**
 * The path that is asked for. Who comes in by a resource of its own, which may be open to everybody, gets
 * no further than that one: a parameter such as `../runs` stays one.
 */
function pathOf({ path, resource, pathParameters }: APIGatewayProxyEvent): string {
  if (resource === PROXY) return belowBasePath(path, pathParameters?.["proxy"]);
  return resource.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(pathParameters?.[name] ?? ""),
  );
}

/**
 * The path without what a custom domain has before it: its base path, or the stage where the domain names none. API
 * Gateway leaves that in `path` and out of the parameter (observed: CodeGenieApp/serverless-express#216,
 * localstack/localstack#12296), which may come decoded, and has no slash at the end where the path has one
 * (CodeGenieApp/serverless-express#391): so the path is what is gone on with.
 */
function belowBasePath(path: string, proxy = ""): string {
  const wanted = withoutLastSlashes(proxy);
  if (wanted === "") return path;
  const asked = withoutLastSlashes(path);
  const segments = asked.split("/");
  const below = segments
    .map((_, first) => segments.slice(first).join("/"))
    .find((rest) => rest === wanted || decoded(rest) === wanted);
  return below === undefined ? path : `/${below}${path.slice(asked.length)}`;
}

function withoutLastSlashes(text: string): string {
  let end = text.length;
  while (text[end - 1] === "/") end -= 1;
  return text.slice(0, end);
}

/**
 * A web response as API Gateway wants it from a function; 507 in place of one that Lambda would not pass on.
 * What counts is the whole result as JSON, in which each quote of the body takes two bytes.
 */
export async function proxyResult(response: Response): Promise<APIGatewayProxyResult> {
  const body = await response.text();
  const headers = Object.fromEntries(response.headers);
  const result = { statusCode: response.status, headers, body };
  if (body.length <= CERTAIN_TO_FIT) return result;
  const bytes = Buffer.byteLength(JSON.stringify(result));
  return bytes <= ANSWER_MAX_BYTES ? result : proxyResult(tooLarge(bytes));
}

const tooLarge = (bytes: number): Response =>
  Response.json(
    {
      error: {
        code: "answer_too_large" satisfies HttpCode,
        message: `the answer is ${bytes} bytes as Lambda counts it, and Lambda passes on ${ANSWER_MAX_BYTES}; read the value with a client inside the account`,
      },
    },
    { status: 507 },
  );
