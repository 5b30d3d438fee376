import { researchWorkflows } from "../../lambda/agent/index.ts";
import { loadExtractiveModel } from "../../lambda/agent/model/extractive/load.ts";

/** The research app's workflows, as they run on one's own machine: with all models. */
export const workflows = researchWorkflows({ extractive: loadExtractiveModel });

export const { research, planResearch, searchQuery } = workflows;
