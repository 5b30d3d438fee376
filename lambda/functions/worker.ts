import { workflows } from "../agent/index.ts";
import { createWorker } from "../index.ts";

/** The research app's worker. */
export const handler = createWorker({ workflows });
