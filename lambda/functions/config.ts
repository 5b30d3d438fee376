import { InvalidArgumentError } from "../core/errors.ts";
import type { Telemetry } from "../engine/telemetry.ts";
import type { Workflow } from "../engine/workflow.ts";

/** What a project deploys. */
export interface SavepointConfig {
  /** Every workflow of the project. A run whose workflow is missing is set aside until it is back. */
  readonly workflows: readonly Workflow[];
  /** Is told what workers do, for traces: `openTelemetry()` of `savepoint/otel`. */
  readonly telemetry?: Telemetry;
}

/**
 * Declares what a project deploys: `export default defineConfig({ workflows: [digest] })` in its
 * `savepoint.config.ts`, which `savepoint dev` runs and the CDK construct deploys.
 * @returns its argument, checked by its type alone
 */
export const defineConfig = (config: SavepointConfig): SavepointConfig => config;

/**
 * The configuration that a module stands for: its default export when that is one, else every workflow
 * that it exports.
 * @param module a module's exports, as `import * as module` gives them
 * @throws InvalidArgumentError when it exports neither a configuration nor a workflow
 */
export function configOf(module: Readonly<Record<string, unknown>>): SavepointConfig {
  const { default: chosen } = module;
  if (isConfig(chosen)) return chosen;
  const workflows = [...new Set(Object.values(module).filter(isWorkflow))];
  if (workflows.length > 0) return { workflows };
  const exports = Object.keys(module).join(", ") || "nothing";
  throw new InvalidArgumentError(
    `the configuration exports ${exports}${wrongIn(chosen)}; export default defineConfig({ workflows: [...] }), or export the workflows`,
  );
}

/** What is wrong with a default export that was meant as a configuration. */
function wrongIn(chosen: unknown): string {
  if (!isObject(chosen) || Array.isArray(chosen)) return "";
  if ("workflows" in chosen) return ` (the default's "workflows" is no list of workflows)`;
  const keys = Object.keys(chosen).map((key) => JSON.stringify(key));
  return ` (the default has ${keys.join(", ") || "nothing"} and no "workflows")`;
}

const isConfig = (value: unknown): value is SavepointConfig =>
  isObject(value) && Array.isArray(value["workflows"]) && value["workflows"].every(isWorkflow);

const isWorkflow = (value: unknown): value is Workflow =>
  isObject(value) && typeof value["name"] === "string" && typeof value["run"] === "function";

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
