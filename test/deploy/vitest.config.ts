import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Tests of whole deployments, each with an emulator of its own. They wait most of the time: two at once. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["test/deploy/**/*.test.ts"],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    maxWorkers: 2,
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
