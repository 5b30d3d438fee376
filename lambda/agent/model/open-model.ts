import { openAiAccess } from "../configuration.ts";
import type { ModelChoice } from "../input.ts";
import type { ResearchModel } from "./port.ts";

/**
 * The model that a run's input names. Loaded when first used: the extractive one brings 4 MB of
 * language data that a worker with a language model never needs, and the other way round.
 * @throws TerminalError when an OpenAI model is named and the environment does not say how to reach it
 */
export async function openModel(choice: ModelChoice): Promise<ResearchModel> {
  if (choice.kind === "extractive") {
    const { extractiveModel } = await import("./extractive/model.ts");
    return extractiveModel();
  }
  const { openAiModel } = await import("./openai/model.ts");
  return openAiModel(choice, await openAiAccess());
}
