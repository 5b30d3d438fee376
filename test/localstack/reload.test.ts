import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { FunctionBundle } from "../../localstack/embedded/bundle.ts";
import {
  bundleFunctions,
  functionsFor,
  type PerFunction,
} from "../../localstack/embedded/function-definitions.ts";
import { createReload } from "../../localstack/embedded/reload.ts";

let project: string;
let replaced: PerFunction<FunctionBundle>[];
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "reload-"));
  replaced = [];
  write("part.ts", "export const value = 1;");
  write("entry.ts", `import { value } from "./part.ts"; export const handler = () => value;`);
});
afterEach(() => rmSync(project, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(join(project, name), text);
const reloads = () => readdirSync(project).filter((name) => name.startsWith("reload-"));

function open() {
  const entry = join(project, "entry.ts");
  const none = { sha256: "" };
  return createReload({
    directory: project,
    sources: { worker: entry, api: entry, sweeper: entry },
    bundles: { worker: none, api: none, sweeper: none },
    replace: (bundles) => void replaced.push(bundles),
  });
}

const code = (index: number): string =>
  readFileSync(join(replaced[index]?.worker.directory ?? "", "index.mjs"), "utf8");

test("code that has changed replaces that of before, which stays for those who are at work with it", async () => {
  const reload = open();
  await reload();
  write("part.ts", "export const value = 'two';");
  expect(await reload()).toEqual({
    changed: ["worker", "api", "sweeper"],
    inputs: [join(project, "entry.ts"), join(project, "part.ts")],
    complaints: [],
  });
  expect(replaced).toHaveLength(2);
  expect(code(1)).toContain("two");
  expect(code(0)).not.toContain("two");
});

test("code that is the same as before replaces nothing, and leaves nothing", async () => {
  const reload = open();
  await reload();
  write("part.ts", "export const value = 1; // a comment");
  expect((await reload()).changed).toEqual([]);
  expect(replaced).toHaveLength(1);
  expect(reloads()).toEqual(["reload-1"]);
});

test("code that does not compile is told with file and line, and that of before goes on", async () => {
  const reload = open();
  await reload();
  write("part.ts", "export const value = ;");
  expect(await reload()).toEqual({
    changed: [],
    inputs: [],
    complaints: [{ file: join(project, "part.ts"), line: 1, column: 22, text: 'Unexpected ";"' }],
  });
  expect(replaced).toHaveLength(1);
  write("part.ts", "export const value = 3;");
  expect((await reload()).changed).toHaveLength(3);
});

test("reloads that are asked for at once come one after the other", async () => {
  const reload = open();
  const [first, second] = await Promise.all([reload(), reload()]);
  expect([first.changed.length, second.changed.length]).toEqual([3, 0]);
});

test("only the last few stay, and none of the stack before", async () => {
  await open()();
  const reload = open();
  expect(reloads()).toEqual([]);
  for (let value = 0; value < 8; value += 1) {
    write("part.ts", `export const value = ${value};`);
    await reload();
  }
  expect(reloads()).toEqual(["4", "5", "6", "7", "8"].map((n) => `reload-${n}`));
});

test("code that is as the stack was started with is no change", async () => {
  const config = join(process.cwd(), "test/localstack/fixtures/exported-workflows.ts");
  const sources = functionsFor(config);
  const bundles = await bundleFunctions(join(project, "functions"), sources);
  const replace = () => expect.unreachable();
  const reload = createReload({ directory: project, sources, bundles, replace });
  expect((await reload()).changed).toEqual([]);
});
