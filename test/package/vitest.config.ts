import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** The package: what its entries pull in and export, and what becomes of it where it is installed, which takes minutes. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["test/package/**/*.test.ts"],
    fileParallelism: false,
    // Each test goes on from where the one before has come to.
    bail: 1,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
