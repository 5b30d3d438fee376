import { expect, it } from "vitest";
import { bytesByPackage } from "../../bench/figures/bundle.ts";

it("sums the bytes of a bundle up by the innermost package they come from", () => {
  const inputs = Object.fromEntries(
    [
      "lambda/index.ts",
      "lambda/core/ids.ts",
      "node_modules/zod/index.js",
      "node_modules/@smithy/core/a.js",
      "node_modules/@aws-sdk/core/node_modules/@smithy/core/b.js",
    ].map((path) => [path, { bytesInOutput: 10 }]),
  );
  const output = { bytes: 50, imports: [], exports: [], inputs };
  expect(bytesByPackage({ inputs: {}, outputs: { "index.mjs": output } })).toEqual(
    new Map([
      ["savepoint", 20],
      ["zod", 10],
      ["@smithy/core", 20],
    ]),
  );
});
