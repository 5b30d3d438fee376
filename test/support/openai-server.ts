import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How the server answers one request, in the form of the API that was asked. */
export type OpenAiReply =
  | { readonly kind: "answer"; readonly value: unknown }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "refusal"; readonly text: string }
  | { readonly kind: "truncated" }
  | {
      readonly kind: "error";
      readonly status: number;
      readonly code?: string;
      /** What the error says; by default that it is one of the script's. */
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Never answers. */
  | { readonly kind: "hang" }
  /** Cuts the connection. */
  | { readonly kind: "reset" };

/** A request as it arrived. */
export interface OpenAiRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly model: string;
  /** Name of the schema asked for, and the schema. */
  readonly format: string;
  readonly schema: unknown;
  readonly maxTokens: number;
  readonly instructions: string;
  readonly input: string;
}

/** A running server. */
export interface OpenAiServer {
  /** Base URL, for `OPENAI_BASE_URL`. */
  readonly url: string;
  /** Every request so far. */
  readonly requests: readonly OpenAiRequest[];
  /** Those left without an answer whose callers have closed the connection. */
  readonly abandoned: readonly OpenAiRequest[];
  /** Tokens of every answer so far, as an invoice would have them. */
  billed(): { readonly input: number; readonly output: number };
  close(): Promise<void>;
}

/** What each answer costs. */
export const TOKENS = { input: 1_000, output: 100 } as const;

/**
 * A loopback server that speaks as much of OpenAI's API as the agent uses: `POST /v1/responses` and
 * `POST /v1/chat/completions`, with structured outputs.
 * @param reply decides what each request gets; `index` counts them from 0
 */
export async function startOpenAiServer(
  reply: (request: OpenAiRequest, index: number) => OpenAiReply,
): Promise<OpenAiServer> {
  const requests: OpenAiRequest[] = [];
  const abandoned: OpenAiRequest[] = [];
  let answers = 0;
  const server = createServer((incoming, response) => {
    void read(incoming).then((request) => {
      requests.push(request);
      const scripted = reply(request, requests.length - 1);
      if (!["error", "hang", "reset"].includes(scripted.kind)) answers += 1;
      if (scripted.kind === "hang") response.on("close", () => abandoned.push(request));
      send(response, request, scripted);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    abandoned,
    billed: () => ({ input: answers * TOKENS.input, output: answers * TOKENS.output }),
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Body {
  readonly model: string;
  readonly instructions?: string;
  readonly input?: string;
  readonly text?: { readonly format: { readonly name: string; readonly schema: unknown } };
  readonly max_output_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly messages?: readonly { readonly content: string }[];
  readonly response_format?: {
    readonly json_schema: { readonly name: string; readonly schema: unknown };
  };
}

async function read(incoming: IncomingMessage): Promise<OpenAiRequest> {
  let text = "";
  for await (const chunk of incoming) text += String(chunk);
  const body = JSON.parse(text) as Body;
  const format = body.text?.format ?? body.response_format?.json_schema;
  const key = incoming.headers["idempotency-key"];
  return {
    path: incoming.url ?? "",
    authorization: incoming.headers.authorization,
    idempotencyKey: typeof key === "string" ? key : undefined,
    model: body.model,
    format: format?.name ?? "",
    schema: format?.schema,
    maxTokens: body.max_output_tokens ?? body.max_completion_tokens ?? 0,
    instructions: body.instructions ?? body.messages?.[0]?.content ?? "",
    input: body.input ?? body.messages?.[1]?.content ?? "",
  };
}

function send(response: ServerResponse, { path }: OpenAiRequest, reply: OpenAiReply): void {
  if (reply.kind === "hang") return;
  if (reply.kind === "reset") {
    response.socket?.destroy();
    return;
  }
  const isError = reply.kind === "error";
  const status = isError ? reply.status : 200;
  const headers = isError ? reply.headers : {};
  response.writeHead(status, { "content-type": "application/json", ...headers });
  const render = path.endsWith("/responses") ? asResponse : asCompletion;
  response.end(JSON.stringify(isError ? errorOf(reply) : render(reply)));
}

function errorOf(reply: Extract<OpenAiReply, { kind: "error" }>): unknown {
  const { status, code = "scripted", message = `scripted failure ${status}` } = reply;
  return { error: { message, type: "scripted", code, param: null } };
}

type Answered = Exclude<OpenAiReply, { kind: "error" | "hang" | "reset" }>;

function textOf(reply: Answered): string {
  switch (reply.kind) {
    case "answer":
      return JSON.stringify(reply.value);
    case "text":
      return reply.text;
    case "truncated":
      return '{"queries": ["durable';
    case "refusal":
      return "";
  }
}

function asResponse(reply: Answered): unknown {
  const isCut = reply.kind === "truncated";
  const content =
    reply.kind === "refusal"
      ? { type: "refusal", refusal: reply.text }
      : { type: "output_text", text: textOf(reply), annotations: [] };
  return {
    id: "resp_scripted",
    object: "response",
    status: isCut ? "incomplete" : "completed",
    incomplete_details: isCut ? { reason: "max_output_tokens" } : null,
    error: null,
    output: [{ id: "msg_scripted", type: "message", role: "assistant", content: [content] }],
    usage: { input_tokens: TOKENS.input, output_tokens: TOKENS.output, total_tokens: 1_100 },
  };
}

function asCompletion(reply: Answered): unknown {
  return {
    id: "chatcmpl_scripted",
    object: "chat.completion",
    choices: [
      {
        index: 0,
        finish_reason: reply.kind === "truncated" ? "length" : "stop",
        message: {
          role: "assistant",
          content: reply.kind === "refusal" ? null : textOf(reply),
          refusal: reply.kind === "refusal" ? reply.text : null,
        },
      },
    ],
    usage: { prompt_tokens: TOKENS.input, completion_tokens: TOKENS.output, total_tokens: 1_100 },
  };
}
