import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bundleFunction, bundleFunctionSync } from "../../localstack/embedded/bundle.ts";
import { bundleOnce } from "../../localstack/embedded/bundle-cache.ts";

let directory: string;
let entry: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "bundle-"));
  entry = join(directory, "entry.ts");
});
afterEach(() => rmSync(directory, { recursive: true }));

const source = (text: string) => writeFileSync(entry, text);
const out = () => join(directory, "out");
const load = async () =>
  (await import(`${pathToFileURL(join(out(), "index.mjs")).href}?${Math.random()}`)) as {
    handler: () => Promise<unknown>;
  };
const madeAt = () => statSync(join(out(), "index.mjs")).mtimeMs;

describe("a bundle", () => {
  test("runs by itself, has its SHA-256, and is the same bytes each time", async () => {
    source(`
      import { DynamoDBClient } from "${join(process.cwd(), "node_modules/@aws-sdk/client-dynamodb")}";
      class OwnError extends Error {}
      export const handler = async () => [new DynamoDBClient({ region: "x" }).config.serviceId, OwnError.name];
    `);
    const first = await bundleFunction(entry, out());
    expect(await (await load()).handler()).toEqual(["DynamoDB", "OwnError"]);
    const code = readFileSync(join(out(), "index.mjs"));
    expect(first.sha256).toBe(createHash("sha256").update(code).digest("hex"));
    expect((await bundleFunction(entry, join(directory, "again"))).sha256).toBe(first.sha256);
  });

  test("keeps what is imported dynamically in files of their own, and leaves none from before", async () => {
    const later = join(directory, "later.ts");
    writeFileSync(later, `export const text = "loaded later";`);
    source(`export const handler = async () => (await import("./later.ts")).text;`);
    await bundleFunction(entry, out());
    const files = () => readdirSync(out()).filter((name) => name.endsWith(".mjs"));
    expect(files().length).toBeGreaterThan(1);
    expect(readFileSync(join(out(), "index.mjs"), "utf8")).not.toContain("loaded later");
    expect(await (await load()).handler()).toBe("loaded later");
    source(`export const handler = async () => "alone";`);
    await bundleFunction(entry, out());
    expect(files()).toEqual(["index.mjs"]);
  });

  test("of a configuration is the function that serves its workflows, made either way", async () => {
    const config = join(process.cwd(), "test/localstack/fixtures/exported-workflows.ts");
    const bundle = await bundleFunction({ role: "sweeper", config }, out());
    expect(bundleFunctionSync({ role: "sweeper", config }, out()).sha256).toBe(bundle.sha256);
    const inputs = Object.keys(bundle.metafile.inputs);
    expect(inputs.filter((path) => path.endsWith("lambda/functions/create.ts"))).toHaveLength(1);
    await expect(load()).rejects.toThrow("the environment has no SAVEPOINT_TABLE");
  });

  test("of code that does not compile is refused with file and line", async () => {
    source(`export const handler = ;`);
    await expect(bundleFunction(entry, out())).rejects.toThrow(/entry\.ts:1:23: ERROR/);
  });
});

describe("a bundle that was made before", () => {
  test("is taken as it is while its sources are the same", async () => {
    source(`export const handler = () => 1;`);
    const first = await bundleOnce(entry, out());
    const made = madeAt();
    expect(await bundleOnce(entry, out())).toEqual(first);
    expect(madeAt()).toBe(made);
  });

  test("is made anew when a source has changed, be it one that is only imported", async () => {
    const part = join(directory, "part.ts");
    writeFileSync(part, `export const value = 1;`);
    source(`import { value } from "./part.ts"; export const handler = () => value;`);
    const first = await bundleOnce(entry, out());
    writeFileSync(part, `export const value = 2;`);
    const second = await bundleOnce(entry, out());
    expect(second.sha256).not.toBe(first.sha256);
    expect((await load()).handler()).toBe(2);
  });

  test("is made anew after an attempt that failed", async () => {
    source(`export const handler = () => 1;`);
    await bundleOnce(entry, out());
    source(`export const handler = ;`);
    await expect(bundleOnce(entry, out())).rejects.toThrow("ERROR");
    source(`export const handler = () => 1;`);
    await bundleOnce(entry, out());
    expect((await load()).handler()).toBe(1);
  });
});
