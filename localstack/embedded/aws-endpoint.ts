import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AwsJsonHandler, AwsJsonResponse } from "./aws-json.ts";
import { isFromLoopbackProgram, isSecret, listen } from "./loopback.ts";
import { readBody } from "./read-body.ts";

/** What stands behind the endpoint. */
export interface EndpointOptions {
  readonly dynamodb: AwsJsonHandler;
  readonly sqs: AwsJsonHandler;
  /** Access key id that every caller's credentials must have. */
  readonly token: string;
  /** Port on 127.0.0.1; any free one by default. */
  readonly port?: number;
}

/** A listening endpoint. */
export interface Endpoint {
  /** URL for `AWS_ENDPOINT_URL_DYNAMODB` and `AWS_ENDPOINT_URL_SQS`. */
  readonly url: string;
  /** Ends open connections and stops listening. */
  readonly close: () => void;
}

/** Above every limit of the services: 16 MB of keys in one BatchGetItem is the largest. */
const BODY_MAX_BYTES = 20 * 1024 * 1024;
const CONTENT_TYPE = "application/x-amz-json-1.0";
const CREDENTIAL = "Credential=";

/**
 * DynamoDB and SQS on one loopback port, told apart by `X-Amz-Target`. Signatures are not checked,
 * but a caller must know the token, and nothing that a browser sends for a web page is answered.
 */
export async function openEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { dynamodb, sqs, token } = options;
  // The SDK keeps its connections: one that is closed under it costs a request and a retry.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 });
  let port = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refusalOf(request);
    if (refusal) return answer(response, refusal);
    const body = await readBody(request, BODY_MAX_BYTES);
    if ("refused" in body) {
      return answer(response, body.refused === "too long" ? TOO_LARGE : NOT_UTF8);
    }
    const { headers } = request;
    const target = String(headers["x-amz-target"] ?? "");
    const handler = target.startsWith("AmazonSQS.") ? sqs : dynamodb;
    answer(response, await handler({ target, headers, body: body.text }));
  }

  function refusalOf(request: IncomingMessage): AwsJsonResponse | undefined {
    if (!isFromLoopbackProgram(request, port)) return FORBIDDEN;
    if (request.headers["content-type"] !== CONTENT_TYPE) return WRONG_TYPE;
    return isSecret(accessKeyId(request.headers.authorization), token) ? undefined : WRONG_TOKEN;
  }

  server.on("request", (request, response) => {
    // Only a lost connection rejects, be it the caller's fault or the fault plan's.
    handle(request, response).catch(() => request.socket.destroy());
  });
  port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The key id of `AWS4-HMAC-SHA256 Credential=<key id>/<date>/<region>/…, SignedHeaders=…`. */
function accessKeyId(authorization: string | undefined): string | undefined {
  const start = authorization?.indexOf(CREDENTIAL) ?? -1;
  if (authorization === undefined || start < 0) return undefined;
  const keyId = start + CREDENTIAL.length;
  return authorization.slice(keyId, authorization.indexOf("/", keyId));
}

function answer(response: ServerResponse, { status, headers, body }: AwsJsonResponse): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

const refusal = (status: number, type: string, message: string): AwsJsonResponse => ({
  status,
  headers: { "content-type": CONTENT_TYPE },
  body: JSON.stringify({ __type: type, message }),
});

const FORBIDDEN = refusal(
  403,
  "AccessDeniedException",
  "This endpoint answers programs of this machine only: call it as 127.0.0.1, without Origin.",
);
const WRONG_TYPE = refusal(
  415,
  "SerializationException",
  `The content type must be ${CONTENT_TYPE}.`,
);
const WRONG_TOKEN = refusal(
  403,
  "UnrecognizedClientException",
  "The access key id is not this stack's token, which its functions get in AWS_ACCESS_KEY_ID.",
);
const TOO_LARGE = refusal(
  413,
  "RequestEntityTooLarge",
  `The body exceeds ${BODY_MAX_BYTES} bytes.`,
);
const NOT_UTF8 = refusal(400, "SerializationException", "The body is not UTF-8.");
