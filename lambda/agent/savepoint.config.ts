import { defineConfig } from "../index.ts";
import { researchWorkflows } from "./index.ts";
import { loadExtractiveModel } from "./model/extractive/load.ts";

/** The research app with all its models: what runs on one's own machine, offline and without a key. */
export default defineConfig({
  workflows: Object.values(researchWorkflows({ extractive: loadExtractiveModel })),
});
