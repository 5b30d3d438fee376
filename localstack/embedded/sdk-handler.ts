import type { AwsJsonHandler } from "./aws-json.ts";

/** What an SDK client asks of its `requestHandler`, cut down to what the AWS JSON protocol needs. */
export interface InProcessHandler {
  handle(request: {
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string | Uint8Array;
  }): Promise<{ response: { statusCode: number; headers: Record<string, string>; body: Buffer } }>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
  destroy(): void;
}

/**
 * A request handler for the clients of the AWS SDK that calls a service of the embedded stack
 * without a socket: `new DynamoDBClient({ requestHandler: inProcessHandler(handler) })`.
 *
 * @param dispatch answers a request; when it rejects, the client sees a broken connection
 */
export function inProcessHandler(dispatch: AwsJsonHandler): InProcessHandler {
  return {
    async handle({ headers, body = "" }) {
      const answer = await dispatch({
        target: headers["x-amz-target"] ?? "",
        headers,
        body: typeof body === "string" ? body : new TextDecoder().decode(body),
      });
      return {
        response: {
          statusCode: answer.status,
          headers: { ...answer.headers },
          body: Buffer.from(answer.body),
        },
      };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
}
