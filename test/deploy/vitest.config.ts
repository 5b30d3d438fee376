import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Tests of a whole deployment: each has the machine to itself. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["test/deploy/**/*.test.ts"],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
