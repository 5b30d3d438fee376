import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { importedPackages, packageManifest } from "../../package/manifest.ts";

const repository = {
  name: "savepoint",
  version: "1.2.3",
  description: "",
  license: "Apache-2.0",
  engines: { node: ">=20.19" },
  exports: { ".": "./lambda/index.ts", "./cdk": "./infra/index.ts" },
  dependencies: { zod: "4.6.7", tsx: "4.23.15", "@types/aws-lambda": "8.10.164" },
  devDependencies: { "aws-cdk-lib": "2.276.0", typescript: "6.0.3" },
};

describe("the manifest of the package", () => {
  test("has as dependencies what the built files import, types by their own name, and nothing else", () => {
    const manifest = packageManifest(repository, new Set(["zod", "savepoint", "aws-lambda"]));
    expect(manifest["dependencies"]).toEqual({ "@types/aws-lambda": "8.10.164", zod: "4.6.7" });
    expect(manifest).not.toHaveProperty("scripts");
    expect(manifest).not.toHaveProperty("private");
  });

  test("leaves the CDK to those who use its entry", () => {
    const manifest = packageManifest(repository, new Set(["aws-cdk-lib"]));
    expect(manifest).toMatchObject({
      dependencies: {},
      peerDependencies: { "aws-cdk-lib": "^2.276.0" },
      peerDependenciesMeta: { "aws-cdk-lib": { optional: true } },
    });
  });

  test("has each entry of the repository, compiled", () => {
    expect(packageManifest(repository, new Set())["exports"]).toEqual({
      ".": { types: "./lambda/index.d.ts", default: "./lambda/index.js" },
      "./cdk": { types: "./infra/index.d.ts", default: "./infra/index.js" },
    });
  });

  test("lets bundlers leave out what is not used of it, as in the repository", () => {
    expect(packageManifest(repository, new Set())["sideEffects"]).toBe(false);
    expect(JSON.parse(readFileSync("package.json", "utf8"))).toMatchObject({ sideEffects: false });
  });

  test("tells the versions that it is tested with, for new projects", () => {
    const { devDependencies } = packageManifest(repository, new Set());
    expect(devDependencies).toEqual({ ...repository.devDependencies, tsx: "4.23.15" });
  });

  test("cannot be made when something is imported that nobody would install", () => {
    expect(() => packageManifest(repository, new Set(["typescript", "left-pad"]))).toThrow(
      "the package imports left-pad, typescript; make it a dependency",
    );
  });

  test("knows the packages by what is imported of them", () => {
    const specifiers = ["./a.js", "node:fs", "@aws-sdk/client-sqs", "hono/cors", "@a/b/c", "ulid"];
    expect(importedPackages(specifiers)).toEqual(["@aws-sdk/client-sqs", "hono", "@a/b", "ulid"]);
  });
});
