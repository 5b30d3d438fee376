import { workflows } from "../agent/index.ts";
import { createApiHandler } from "../index.ts";

/** The research app's API. */
export const handler = createApiHandler({ workflows });
