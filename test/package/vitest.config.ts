import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** What becomes of the package where it is installed: takes minutes, and packages from npm's registry. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["test/package/installed.test.ts"],
    fileParallelism: false,
    // Each test goes on from where the one before has come to.
    bail: 1,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
