import { planResearch } from "./approval.ts";
import { research } from "./research.ts";
import { searchQuery } from "./search-query.ts";

export { approval } from "./approval.ts";
export { researchInput, type ResearchInput } from "./input.ts";
export { research, type ResearchOutput } from "./research.ts";

/** Every workflow of the research app. */
export const workflows = [research, planResearch, searchQuery];
