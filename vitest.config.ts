import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/torture/**", "test/deploy/**", "test/package/**", "**/node_modules/**"],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    testTimeout: 60_000,
    // By itself vitest leaves one core free, which on two is half the machine; tests of real processes
    // mostly wait for leases to end.
    maxWorkers: 3,
  },
});
