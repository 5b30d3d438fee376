import { workflows } from "../agent/index.ts";
import { createSweeper } from "../index.ts";

/** The research app's sweeper. */
export const handler = createSweeper({ workflows });
