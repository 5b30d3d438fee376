import { defineConfig } from "savepoint";
import { openTelemetry } from "savepoint/otel";
import { checkout } from "./steps.ts";

/** What the project deploys, with a trace of each run. */
export default defineConfig({ workflows: [checkout], telemetry: openTelemetry() });
