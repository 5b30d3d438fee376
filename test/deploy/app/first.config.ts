import { defineConfig } from "savepoint";
import { researchWorkflows } from "../../../lambda/agent/index.ts";
import { patient, sleeper, steady, tick } from "./workflows.ts";

export default defineConfig({
  workflows: [...Object.values(researchWorkflows()), steady, sleeper, tick, patient("first")],
});
