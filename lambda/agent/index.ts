import { createPlanResearch } from "./approval.ts";
import { openerOf, type OwnModels } from "./model/open-model.ts";
import { createResearch } from "./research.ts";
import { createSearchQuery } from "./search-query.ts";

export { approval } from "./approval.ts";
export { researchInput, type ResearchInput } from "./input.ts";
export type { ResearchOutput } from "./research.ts";

/**
 * Every workflow of the research app.
 * @param models what runs may name beside OpenAI's models; nothing by default
 */
export function researchWorkflows(models: OwnModels = {}) {
  const open = openerOf(models);
  const planResearch = createPlanResearch(open);
  const searchQuery = createSearchQuery(open);
  return {
    research: createResearch({ open, planResearch, searchQuery }),
    planResearch,
    searchQuery,
  };
}
