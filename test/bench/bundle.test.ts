import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CHECKED_CONFIG } from "../../bench/cold-functions.ts";
import { bytesOf, START_LIMIT_KB, startBytesByPackage } from "../../bench/figures/bundle.ts";
import { bundleFunction } from "../../localstack/embedded/bundle.ts";

type Import = { path: string; kind: "import-statement" | "dynamic-import" };

const output = (inputs: readonly string[], imports: Import[] = []) => ({
  bytes: 10 * inputs.length,
  imports,
  exports: [],
  inputs: Object.fromEntries(inputs.map((path) => [path, { bytesInOutput: 10 }])),
});

const metafile = {
  inputs: {},
  outputs: {
    "out/index.mjs": output(
      ["lambda/index.ts", "lambda/core/ids.ts", "node_modules/zod/index.js"],
      [
        { path: "out/shared.mjs", kind: "import-statement" },
        { path: "out/later.mjs", kind: "dynamic-import" },
      ],
    ),
    "out/shared.mjs": output([
      "node_modules/@smithy/core/a.js",
      "node_modules/@aws-sdk/core/node_modules/@smithy/core/b.js",
    ]),
    "out/later.mjs": output(["node_modules/hono/index.js"]),
    "out/index.mjs.map": output(["lambda/index.ts"]),
  },
};

it("tells what a start loads from what is imported when it is needed", () => {
  expect(bytesOf(metafile)).toEqual({ start: 50, later: 10 });
});

it("sums the bytes of a start up by the innermost package they come from", () => {
  expect(startBytesByPackage(metafile)).toEqual(
    new Map([
      ["savepoint", 20],
      ["zod", 10],
      ["@smithy/core", 20],
    ]),
  );
});

it("finds what a cold start of a small project loads within the limit, and no server in it", async () => {
  const directory = mkdtempSync(join(tmpdir(), "bundle-"));
  try {
    const source = { role: "worker", config: CHECKED_CONFIG } as const;
    const { metafile: made } = await bundleFunction(source, directory);
    expect(bytesOf(made).start).toBeLessThanOrEqual(START_LIMIT_KB * 1024);
    expect([...startBytesByPackage(made).keys()]).not.toContain("hono");
  } finally {
    rmSync(directory, { recursive: true });
  }
});
