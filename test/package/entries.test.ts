import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const SDK = /node_modules\/(@aws-sdk|@smithy)\//;

/** Leaves Node's own modules out, and remembers that they were asked for. */
const withoutNode = (asked: string[]): Plugin => ({
  name: "without-node",
  setup: (bundler) =>
    bundler.onResolve({ filter: /^node:/ }, ({ path }) => {
      asked.push(path);
      return { path, external: true };
    }),
});

/** What a program loads at once that uses an entry of the package. */
async function loadedBy(entry: string) {
  const asked: string[] = [];
  const { metafile, outputFiles } = await build({
    stdin: { contents: `export * from "${entry}";`, resolveDir: join(ROOT, "test") },
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    splitting: true,
    outdir: "out",
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["node"],
    external: ["aws-cdk-lib", "constructs", "esbuild"],
    plugins: [withoutNode(asked)],
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const [main] = outputFiles;
  return { files: Object.keys(metafile.inputs), asked, bytes: main?.contents.byteLength ?? 0 };
}

describe("the client", () => {
  test("runs in browsers: it needs nothing of Node, no AWS SDK, and nothing that runs workflows", async () => {
    const { files, asked } = await loadedBy("savepoint/client");
    expect(asked).toEqual([]);
    expect(files.filter((path) => SDK.test(path))).toEqual([]);
    const ours = files.filter((path) => !path.includes("node_modules"));
    const elsewhere = ours.filter((path) => !/^lambda\/(http|core)\//.test(path));
    expect(elsewhere).toEqual(["<stdin>"]);
  });

  test("is small enough for a page", async () => {
    expect((await loadedBy("savepoint/client")).bytes).toBeLessThan(41_000);
  });
});

describe("the library", () => {
  test("has nothing of the CDK, the embedded stack, the test kit or the research app", async () => {
    const { files } = await loadedBy("savepoint");
    expect(files).toContain("lambda/engine/worker.ts");
    const foreign = /^(infra|localstack|cli)\/|^lambda\/(agent|testing|http)\/|aws-cdk|constructs/;
    expect(files.filter((path) => foreign.test(path))).toEqual([]);
  });
});

describe("the construct", () => {
  test("has nothing of the embedded stack but the way to bundle, and nothing that runs workflows", async () => {
    const { files } = await loadedBy("savepoint/cdk");
    expect(files).toContain("infra/savepoint.ts");
    const own = /node_modules|^(infra|lambda\/core)\/|^<stdin>|^lambda\/store\/schema\.ts$/;
    const bundling = /^localstack\/embedded\/(bundle|module-file)\.ts$/;
    expect(files.filter((path) => !own.test(path) && !bundling.test(path))).toEqual([]);
  });
});

describe("the test kit", () => {
  test("has nothing of the CDK, the command line or the research app", async () => {
    const { files } = await loadedBy("savepoint/test");
    const foreign = /^(cli|lambda\/agent|lambda\/http|infra\/(?!descriptor))\/?|aws-cdk|constructs/;
    expect(files.filter((path) => foreign.test(path))).toEqual([]);
  });
});

describe("what is only for some", () => {
  test("loads little: traces need OpenTelemetry's interface alone", async () => {
    const { files } = await loadedBy("savepoint/otel");
    const ours = files.filter((path) => !/node_modules\/@opentelemetry\/api\//.test(path));
    expect(ours.toSorted()).toEqual([
      "<stdin>",
      "lambda/otel/index.ts",
      "lambda/otel/open-telemetry.ts",
    ]);
  });

  test("loads little: a signature needs the signer, no client of AWS and no engine", async () => {
    const { files } = await loadedBy("savepoint/sigv4");
    expect(
      files.filter((path) =>
        /@aws-sdk\/client-|^(infra|localstack|cli|lambda\/(engine|store))\//.test(path),
      ),
    ).toEqual([]);
  });
});
