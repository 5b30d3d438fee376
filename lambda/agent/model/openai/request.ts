import { AuthenticationError, type OpenAI } from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import type * as z from "zod";
import { TerminalError } from "../../../index.ts";
import type { ModelCall, Outcome, Tokens } from "../port.ts";
import { toStepError } from "./failure.ts";

/** One thing a model is asked. */
export interface Prompt<T> {
  /** Names the schema; letters, digits, `_` and `-`. */
  readonly name: string;
  /** What to do; trusted text only. */
  readonly instructions: string;
  /** What to do it with; may hold text of strangers. */
  readonly input: string;
  readonly schema: z.ZodType<T>;
  /** Tokens allowed for the answer, reasoning included; doubled for the second try. */
  readonly maxTokens: number;
}

/** Which model of which server is asked, and how. */
export interface Target {
  readonly client: OpenAI;
  /** The same with another key, after this one was refused; undefined where there is no other. */
  readonly renewed?: () => Promise<OpenAI | undefined>;
  readonly api: "responses" | "chat";
  readonly model: string;
}

interface RawAnswer {
  readonly text: string;
  readonly refusal: string | undefined;
  /** Why the answer ended early; undefined when it is whole. */
  readonly cutOff: string | undefined;
  readonly tokens: Tokens;
}

/**
 * Asks a model for a value of a schema. The SDK's `parse` would do the last step, but throws the
 * token counts away with a text it cannot parse, so the answer is parsed here.
 * @throws RetryAfterError, TerminalError or Error as {@link toStepError} says, when there is no answer
 */
export async function request<T>(
  target: Target,
  prompt: Prompt<T>,
  call: ModelCall,
): Promise<Outcome<T>> {
  const answer = await answerOf(target, prompt, call);
  const { tokens } = answer;
  if (answer.refusal !== undefined) return { kind: "refused", reason: answer.refusal, tokens };
  if (answer.cutOff !== undefined) return { kind: "truncated", reason: answer.cutOff, tokens };
  return { ...parse(answer.text, prompt.schema), tokens };
}

/** Asks once more where the key was rotated since it was read: a refusal for good would fail the run. */
async function answerOf<T>(
  { renewed, ...target }: Target,
  prompt: Prompt<T>,
  call: ModelCall,
): Promise<RawAnswer> {
  const ask = target.api === "responses" ? askResponses : askChat;
  try {
    return await ask(target, prompt, call);
  } catch (error) {
    const client = error instanceof AuthenticationError ? await renewed?.() : undefined;
    if (client) return answerOf({ ...target, client }, prompt, call);
    throw toStepError(error, call.signal, target.client.apiKey);
  }
}

async function askResponses<T>(
  { client, model }: Target,
  { name, instructions, input, schema, maxTokens }: Prompt<T>,
  { signal, idempotencyKey, generosity }: ModelCall,
): Promise<RawAnswer> {
  const response = await client.responses.create(
    {
      model,
      instructions,
      input,
      text: { format: zodTextFormat(schema, name) },
      max_output_tokens: maxTokens * generosity,
      store: false,
    },
    { signal, headers: { "Idempotency-Key": idempotencyKey } },
  );
  if (response.status === "failed" || response.status === "cancelled") {
    throw new Error(
      `the model's response ${response.id} ${response.status}: ${response.error?.message ?? "no reason given"}`,
    );
  }
  const parts = response.output.flatMap((item) => (item.type === "message" ? item.content : []));
  const refusal = parts.find((part) => part.type === "refusal")?.refusal;
  const why = response.incomplete_details?.reason ?? "no reason given";
  const isCutOff = response.status === "incomplete";
  return {
    text: response.output_text,
    refusal: isCutOff && why === "content_filter" ? "the content filter stopped it" : refusal,
    cutOff: isCutOff ? why : undefined,
    tokens: {
      input: response.usage?.input_tokens ?? 0,
      output: response.usage?.output_tokens ?? 0,
    },
  };
}

async function askChat<T>(
  { client, model }: Target,
  { name, instructions, input, schema, maxTokens }: Prompt<T>,
  { signal, idempotencyKey, generosity }: ModelCall,
): Promise<RawAnswer> {
  const completion = await client.chat.completions.create(
    {
      model,
      messages: [
        { role: "system", content: instructions },
        { role: "user", content: input },
      ],
      response_format: zodResponseFormat(schema, name),
      max_completion_tokens: maxTokens * generosity,
    },
    { signal, headers: { "Idempotency-Key": idempotencyKey } },
  );
  const [choice] = completion.choices;
  if (choice === undefined) throw new TerminalError("the model's reply holds no choice");
  const { message, finish_reason: finish } = choice;
  return {
    text: message.content ?? "",
    refusal:
      finish === "content_filter"
        ? "the content filter stopped it"
        : (message.refusal ?? undefined),
    cutOff: finish === "length" ? "max_completion_tokens" : undefined,
    tokens: {
      input: completion.usage?.prompt_tokens ?? 0,
      output: completion.usage?.completion_tokens ?? 0,
    },
  };
}

type Parsed<T> =
  | { readonly kind: "answer"; readonly value: T }
  | { readonly kind: "malformed"; readonly reason: string };

function parse<T>(text: string, schema: z.ZodType<T>): Parsed<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "malformed", reason: `not JSON: ${text.slice(0, 80)}` };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { kind: "answer", value: parsed.data };
  const [issue] = parsed.error.issues;
  return {
    kind: "malformed",
    reason: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`,
  };
}
