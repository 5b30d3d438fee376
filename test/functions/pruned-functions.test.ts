import { expect, it } from "vitest";
import { prunedFunctions } from "../../lambda/functions/create-version-pruner.ts";

it("prunes the functions that it is told of, and itself", () => {
  const own = { AWS_LAMBDA_FUNCTION_NAME: "pruner" };
  expect(prunedFunctions({ SAVEPOINT_FUNCTIONS: "worker,api", ...own })).toEqual([
    "worker",
    "api",
    "pruner",
  ]);
  expect(() => prunedFunctions(own)).toThrow("SAVEPOINT_FUNCTIONS");
  expect(() => prunedFunctions({ SAVEPOINT_FUNCTIONS: "worker" })).toThrow("own name");
});
