import type { OutgoingHttpHeaders } from "node:http";
import type { ErrorCode } from "../../lambda/core/errors.ts";
import type { HttpCode } from "../../lambda/core/http-codes.ts";
import type { InvocationResult } from "./lambda-host/invocation.ts";
import { isFields } from "./sqs/request-fields.ts";

/** An answer of the API, ready to be written. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Buffer;
}

/** An answer in JSON. */
export const jsonAnswer = (status: number, value: unknown): HttpAnswer => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

/** An error as the API words it. */
export const errorAnswer = (
  status: number,
  code: ErrorCode | HttpCode,
  message: string,
): HttpAnswer => jsonAnswer(status, { error: { code, message } });

/**
 * What API Gateway answers when a function has ended (API Gateway developer guide, "Output format of
 * a Lambda function for proxy integration"): its response; 504 when it timed out; 502 when it failed
 * or answered something else. On AWS the reason is in the function's log only; here it is told.
 */
export function proxyAnswer(result: InvocationResult): HttpAnswer {
  if (!result.ok) {
    return result.errorType === "Sandbox.Timedout"
      ? errorAnswer(504, "timeout", result.message)
      : errorAnswer(502, "internal", `${result.errorType}: ${result.message}`);
  }
  const response: unknown = JSON.parse(result.payload);
  const { statusCode, body = "", isBase64Encoded } = isFields(response) ? response : {};
  if (!isStatus(statusCode) || typeof body !== "string") {
    return errorAnswer(502, "internal", `not a proxy response: ${result.payload.slice(0, 200)}`);
  }
  return {
    status: statusCode,
    headers: headersOf(response),
    body: isBase64Encoded === true ? Buffer.from(body, "base64") : body,
  };
}

const isStatus = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 200 && value <= 599;

/** Single and multiple values; of a name that has both, the multiple ones count. */
function headersOf(response: unknown): OutgoingHttpHeaders {
  const { headers, multiValueHeaders } = isFields(response) ? response : {};
  const all: OutgoingHttpHeaders = { "content-type": "application/json" };
  for (const [name, value] of Object.entries(isFields(headers) ? headers : {})) {
    all[name.toLowerCase()] = String(value);
  }
  for (const [name, values] of Object.entries(
    isFields(multiValueHeaders) ? multiValueHeaders : {},
  )) {
    if (Array.isArray(values)) all[name.toLowerCase()] = values.map(String);
  }
  return all;
}
