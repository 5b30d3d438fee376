import { defineConfig } from "savepoint";
import { workflows } from "../../../lambda/agent/index.ts";
import { patient, sleeper, steady, tick } from "./workflows.ts";

export default defineConfig({
  workflows: [...workflows, steady, sleeper, tick, patient("first")],
});
