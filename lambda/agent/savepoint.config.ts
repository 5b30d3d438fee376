import { defineConfig } from "../index.ts";
import { workflows } from "./index.ts";

/** What the research app deploys. */
export default defineConfig({ workflows });
