import { openAiAccess } from "../configuration.ts";
import { TerminalError } from "../../index.ts";
import type { ModelChoice } from "../input.ts";
import type { ResearchModel } from "./port.ts";

/** The models that a worker has beside OpenAI's. */
export interface OwnModels {
  /** Loads the extractive model. Without it the model is not there, and its language data not deployed. */
  readonly extractive?: () => Promise<ResearchModel>;
}

/**
 * Opens the model that a run's input names. Called inside steps only.
 * @throws TerminalError when the worker does not have it, or does not know how to reach it
 */
export type OpenModel = (choice: ModelChoice) => Promise<ResearchModel>;

/**
 * How a worker with these models opens them. Each is loaded when it is first used: a worker pays for the one it
 * needs.
 */
export function openerOf({ extractive }: OwnModels): OpenModel {
  return async (choice) => {
    if (choice.kind === "extractive") {
      if (extractive) return extractive();
      throw new TerminalError(
        "the input names the extractive model, which is not deployed here; deploy it, in the research app by `cdk deploy -c extractive=true`, or name a model of OpenAI, by `--model openai` on the command line",
      );
    }
    const { openAiModel } = await import("./openai/model.ts");
    return openAiModel(choice, await openAiAccess());
  };
}
