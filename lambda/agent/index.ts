export { researchInput, type ResearchInput } from "./input.ts";
export { research, type ResearchOutput } from "./research.ts";
export { searchQuery } from "./search-query.ts";
