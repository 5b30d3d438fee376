import { moduleFile } from "./module-file.ts";

/** The configuration of the research app, which is run when there is no other. */
export const RESEARCH_CONFIG = moduleFile("../../lambda/agent/savepoint.config", import.meta.url);
