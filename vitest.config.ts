import { defineConfig } from "vitest/config";

/** What changes the modules that it imports. */
const CHANGES_MODULES = ["test/engine/operation-limit.test.ts"];
/** What works with processes, ports and files of its own: in modules of its own, too. */
const PROCESSES = ["bench", "cli", "e2e", "localstack", "sim"].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);
const OTHER_SUITES = ["test/torture/**", "test/deploy/**", "test/package/**", "**/node_modules/**"];

export default defineConfig({
  test: {
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    testTimeout: 60_000,
    // By itself vitest leaves one core free, which on two is half the machine; tests of real processes
    // mostly wait for leases to end.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: "in-process",
          include: ["test/**/*.test.ts"],
          exclude: [...OTHER_SUITES, ...PROCESSES, ...CHANGES_MODULES],
          // The AWS SDK and the CDK take longer to load than most of these files take to run.
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: "processes", include: [...PROCESSES, ...CHANGES_MODULES] },
      },
    ],
  },
});
