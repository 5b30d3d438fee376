import { defineConfig } from "../index.ts";
import { researchWorkflows } from "./index.ts";

/** The research app with OpenAI's models alone: what is deployed unless the extractive one is chosen. */
export default defineConfig({ workflows: Object.values(researchWorkflows()) });
