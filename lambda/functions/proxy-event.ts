import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import type { HttpCode } from "../core/http-codes.ts";

/** A Lambda's answer may be 6 MB (Lambda quotas); its envelope takes some of it. */
const ANSWER_MAX_BYTES = 6 * 1024 * 1024 - 16 * 1024;

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
  if (resource === "/" || resource === PROXY) return path;
  return resource.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(pathParameters?.[name] ?? ""),
  );
}

/** A web response as API Gateway wants it from a function. */
export async function proxyResult(response: Response): Promise<APIGatewayProxyResult> {
  const body = await response.text();
  if (Buffer.byteLength(body) > ANSWER_MAX_BYTES) {
    return proxyResult(
      Response.json(
        {
          error: {
            code: "answer_too_large" satisfies HttpCode,
            message: `the answer is ${Buffer.byteLength(body)} bytes, and Lambda passes on ${ANSWER_MAX_BYTES}; read the value with a client inside the account`,
          },
        },
        { status: 507 },
      ),
    );
  }
  return { statusCode: response.status, headers: Object.fromEntries(response.headers), body };
}
