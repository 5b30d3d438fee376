import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Tests that take minutes: each has the machine to itself. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["test/torture/**/*.test.ts"],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    fileParallelism: false,
    // Two of these have failed once and passed since, for a reason not yet known: a failure is told, and tried again.
    retry: 1,
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
});
