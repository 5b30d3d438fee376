import OpenAI from "openai";
import type { OpenAiAccess } from "../../configuration.ts";
import type { ModelChoice } from "../../input.ts";
import type { ResearchModel } from "../port.ts";
import { assessPrompt } from "./prompts/assess.ts";
import { extractPrompt } from "./prompts/extract.ts";
import { planPrompt } from "./prompts/plan.ts";
import { writePrompt } from "./prompts/write.ts";
import { request, type Target } from "./request.ts";

/** How long one request may take before the SDK gives it up, milliseconds. */
const REQUEST_MS = 240_000;

/**
 * A language model behind OpenAI's API or one compatible with it. The large model plans and writes,
 * the small one extracts and assesses. No call has tools: whatever a comment says, the model can only
 * fill in a form.
 * @param timeoutMs longest time for one request; default four minutes
 */
export function openAiModel(
  choice: Extract<ModelChoice, { kind: "openai" }>,
  { renewedKey, ...access }: OpenAiAccess,
  timeoutMs: number = REQUEST_MS,
): ResearchModel {
  // The step retries, durably and once: the SDK's own retries would hide paid calls from the history.
  const client = new OpenAI({ ...access, maxRetries: 0, timeout: timeoutMs });
  const renewed = async (): Promise<OpenAI | undefined> => {
    const apiKey = await renewedKey?.();
    return apiKey === undefined || apiKey === client.apiKey
      ? undefined
      : client.withOptions({ apiKey });
  };
  const large: Target = { client, renewed, api: choice.api, model: choice.large };
  const small: Target = { client, renewed, api: choice.api, model: choice.small };
  return {
    plan: (topic, landscape, call) => request(large, planPrompt(topic, landscape, call), call),
    extract: async (about, call) => {
      const outcome = await request(small, extractPrompt(about, call), call);
      return outcome.kind === "answer" ? { ...outcome, value: outcome.value.findings } : outcome;
    },
    assess: (about, call) => request(small, assessPrompt(about, call), call),
    write: (about, call) => request(large, writePrompt(about, call), call),
  };
}
