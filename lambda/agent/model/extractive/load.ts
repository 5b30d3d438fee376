import type { ResearchModel } from "../port.ts";

/** Loads the extractive model, which brings 4 MB of language data: whoever imports this deploys them. */
export async function loadExtractiveModel(): Promise<ResearchModel> {
  const { extractiveModel } = await import("./model.ts");
  return extractiveModel();
}
