export { type Corpus, type ModelChoice, researchInput, type ResearchInput } from "./input.ts";
export type { Tokens } from "./model/port.ts";
export { research, type ResearchOutput, type ResearchStats } from "./research.ts";
export type { StopReason } from "./rounds.ts";
export { type QueryResult, searchQuery } from "./search-query.ts";
