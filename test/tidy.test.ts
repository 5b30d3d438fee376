import { describe, expect, it } from "vitest";
import { checkConsole, checkEveryTestRuns, checkPorts } from "./tidy/calls.ts";
import { type CodeFile, isCode, parseCode } from "./tidy/code.ts";
import { type Complaint, complaintText, type TextFile } from "./tidy/complaint.ts";
import { checkDocstrings } from "./tidy/docstrings.ts";
import { checkFunctionLength } from "./tidy/functions.ts";
import { checkImports } from "./tidy/imports.ts";
import { checkLinks } from "./tidy/links.ts";
import { readRepository } from "./tidy/repository.ts";
import {
  checkFileLength,
  checkMachinePaths,
  checkNames,
  checkRegistryHosts,
  checkReminders,
} from "./tidy/texts.ts";

type CodeRule = (file: CodeFile) => Complaint[];
type TextRule = (file: TextFile) => Complaint[];

const repository = readRepository(process.cwd());
const code = repository.files.filter(isCode).map(parseCode);

const report = (complaints: readonly Complaint[]) => complaints.map(complaintText).join("\n");

describe("the repository", () => {
  it.each<[string, CodeRule]>([
    ["imports in one direction", checkImports],
    ["keeps functions short", checkFunctionLength],
    ["runs every test", checkEveryTestRuns],
    ["prints only where there is a terminal", checkConsole],
    ["takes time and chance from ports", checkPorts],
    ["documents what it exports", checkDocstrings],
  ])("%s", (_, check) => {
    expect(report(code.flatMap(check))).toBe("");
  });

  it.each<[string, TextRule]>([
    ["keeps files short", checkFileLength],
    ["names files by what is inside", checkNames],
    ["keeps no reminders", checkReminders],
    ["names no machine", checkMachinePaths],
    ["names no package registry", checkRegistryHosts],
    ["links to what is there", (file) => checkLinks(file, repository)],
  ])("%s", (_, check) => {
    expect(report(repository.files.flatMap(check))).toBe("");
  });

  it("is seen whole", () => {
    expect(repository.paths).toContain("lambda/core/clock.ts");
    expect(repository.paths).toContain("package.json");
    expect(repository.paths).not.toContain("node_modules");
  });
});

const file = (path: string, ...lines: string[]): CodeFile =>
  parseCode({ path, text: [...lines, ""].join("\n") });
const lines = (count: number) => Array.from({ length: count }, () => "  step();");
const says = (message: string) => expect.stringContaining(message);

const imports = (path: string, specifier: string) =>
  checkImports(file(path, `import { it } from "${specifier}";`));

describe("the rule on imports", () => {
  it.each([
    ["lambda/core/retry.ts", "../store/table.ts"],
    ["lambda/core/retry.ts", "@aws-sdk/client-sqs"],
    ["lambda/core/retry.ts", "node:fs/promises"],
    ["lambda/engine/advance.ts", "@aws-sdk/client-dynamodb"],
    ["lambda/store/claim.ts", "../engine/advance.ts"],
    ["lambda/api/routes.ts", "../store/table.ts"],
    ["lambda/agent/research.ts", "../engine/advance.ts"],
    ["lambda/functions/create.ts", "../testing/world.ts"],
    ["infra/stack.ts", "../lambda/store/table.ts"],
    ["localstack/embedded/stack.ts", "../../lambda/engine/advance.ts"],
  ])("refuses %s importing %s", (path, specifier) => {
    expect(imports(path, specifier)).toEqual([
      { path, line: 1, message: says(path.split("/").slice(0, -1).join("/")) },
    ]);
  });

  it.each([
    ["lambda/core/retry.ts", "./clock.ts"],
    ["lambda/core/hash.ts", "node:crypto"],
    ["lambda/store/claim.ts", "../core/clock.ts"],
    ["lambda/agent/research.ts", "../index.ts"],
    ["lambda/agent/research.ts", "zod"],
    ["infra/stack.ts", "../lambda/store/schema.ts"],
    ["vitest.config.ts", "vitest/config"],
  ])("allows %s importing %s", (path, specifier) => {
    expect(imports(path, specifier)).toEqual([]);
  });

  it("sees every way of importing", () => {
    const ways = file(
      "lambda/core/ways.ts",
      'import type { One } from "../store/one.ts";',
      'import "../store/two.ts";',
      'export * from "../store/three.ts";',
      'const four = await import("../store/four.ts");',
      'const five = require("../store/five.ts");',
      'type Six = import("../store/six.ts").Six;',
    );
    expect(checkImports(ways).map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("wants a place for every folder", () => {
    expect(checkImports(file("lambda/stuff/x.ts"))).toEqual([
      { path: "lambda/stuff/x.ts", line: 1, message: says("no place among the layers") },
    ]);
  });
});

describe("the rule on short functions", () => {
  it.each([
    ["a function", "function long() {", "}"],
    ["an arrow function", "const long = () => {", "};"],
    ["a method", "class A { long() {", "} }"],
    ["a function given away", "call(() => {", "});"],
  ])("catches %s of 71 lines and leaves one of 70", (_, head, end) => {
    const of = (count: number) =>
      checkFunctionLength(file("lambda/core/a.ts", "", head, ...lines(count - 2), end));
    expect(of(71)).toEqual([{ path: "lambda/core/a.ts", line: 2, message: says("has 71 lines") }]);
    expect(of(70)).toEqual([]);
  });

  it("measures tests, not the groups they are in", () => {
    const head = ["describe('a', () => {", "it('b', () => {"];
    const grouped = (count: number) =>
      checkFunctionLength(file("test/a.test.ts", ...head, ...lines(count), "});});"));
    expect(grouped(68)).toEqual([]);
    expect(grouped(69)).toMatchObject([{ line: 2 }]);
  });
});

describe("the rule that every test runs", () => {
  it.each(["it.only", "test.skip", "describe.todo", "it.concurrent.only", "describe.skip.each"])(
    "catches %s",
    (call) => {
      const found = checkEveryTestRuns(file("test/a.test.ts", "", `${call}("works", run);`));
      expect(found).toMatchObject([{ line: 2, message: says("must not be committed") }]);
    },
  );

  it("leaves other things of that name alone", () => {
    expect(checkEveryTestRuns(file("test/a.test.ts", "page.skip(1); it('only', run);"))).toEqual(
      [],
    );
  });
});

describe("the rule on printing", () => {
  it("catches the library and lets the programs print", () => {
    const line = 'console.log("here");';
    const printing = (path: string) => checkConsole(file(path, line));
    expect(printing("lambda/engine/a.ts")).toMatchObject([
      { line: 1, message: says("console.log") },
    ]);
    expect(["cli/a.ts", "bench/a.ts", "infra/a.ts"].flatMap(printing)).toEqual([]);
  });
});

describe("the rule on time and chance", () => {
  it.each([
    "const t = Date.now();",
    "const now = Date.now;",
    "const d = new Date();",
    "const r = Math.random();",
    "globalThis.setTimeout(wake, 5);",
    "setInterval(wake, 5);",
    'import { randomUUID } from "node:crypto";',
    "const s = AbortSignal.timeout(5);",
    "const p = performance.now();",
  ])("catches %s", (line) => {
    const [first] = checkPorts(file("lambda/engine/a.ts", line));
    expect(first).toMatchObject({ line: 1, message: says("through a port") });
  });

  it("allows dates that are given, and the ports themselves", () => {
    expect(checkPorts(file("lambda/engine/a.ts", "new Date(at); Date.UTC(2026);"))).toEqual([]);
    expect(checkPorts(file("lambda/core/clock.ts", "Date.now();"))).toEqual([]);
  });
});

describe("the rule on docstrings", () => {
  it.each([
    "export const limit = 5;",
    "export function run() {}",
    "export class Run {}",
    "export interface Run {}",
    "export type Run = string;",
    "export default function run() {}",
    "// Not a docstring.\nexport const limit = 5;",
  ])("catches %s and accepts it documented", (text) => {
    expect(checkDocstrings(file("lambda/core/a.ts", text))).toMatchObject([
      { message: says("without a docstring") },
    ]);
    expect(checkDocstrings(file("lambda/core/a.ts", `/** What. */\n${text}`))).toEqual([]);
  });

  it("wants one docstring for all overloads", () => {
    const overloads = ["/** What. */", "export function f(): void;", "export function f() {}"];
    expect(checkDocstrings(file("lambda/core/a.ts", ...overloads))).toEqual([]);
  });
});

describe("the rules on texts", () => {
  it("catch a file of 301 lines and leave one of 300, and data of any length", () => {
    expect(checkFileLength(file("lambda/core/a.ts", ...lines(301)))).toEqual([
      { path: "lambda/core/a.ts", line: 301, message: says("301 lines") },
    ]);
    expect(checkFileLength(file("lambda/core/a.ts", ...lines(300)))).toEqual([]);
    expect(checkFileLength(file("docs/a.json", ...lines(301)))).toEqual([]);
  });

  it.each(["lambda/core/utils.ts", "test/helpers/clock.ts", "cli/string-helper/helper.test.ts"])(
    "catch the name %s",
    (path) => {
      expect(checkNames(file(path))).toMatchObject([{ path, message: says("says nothing") }]);
    },
  );

  it.each(["TO-DO", "FIX-ME", "XX-X"])("catch the reminder %s without its hyphen", (word) => {
    const reminder = file("docs/a.md", "", `${word.replace("-", "")}: later`);
    expect(checkReminders(reminder)).toMatchObject([{ line: 2 }]);
  });

  it.each(["home", "Users", "root"])("catch a path under /%s", (folder) => {
    const found = checkMachinePaths(file("docs/a.md", "", `open "/${folder}/me/a.ts"`));
    expect(found).toMatchObject([{ line: 2 }]);
    const url = `https://example.com/${folder}/me and ./${folder}/me`;
    expect(checkMachinePaths(file("docs/a.md", url))).toEqual([]);
  });

  it.each(["registry", "pypi"])("catch the host of a package %s", (host) => {
    const found = checkRegistryHosts(file("a.json", `"https://${host}.example.org/a"`));
    expect(found).toMatchObject([{ line: 1, message: says(host) }]);
  });
});

describe("the rule on links", () => {
  const guide = file(
    "docs/guide.md",
    "# A guide",
    "## What `it` is, exactly",
    "## Same",
    "## Same",
  );
  const linking = (...text: string[]) => {
    const page = file("docs/page.md", "# Page", ...text);
    const paths = new Set(["docs", "docs/guide.md", "docs/page.md", "LICENSE"]);
    return checkLinks(page, { files: [guide, page], paths });
  };

  it.each([
    "[a](missing.md)",
    "![a](missing.png)",
    "[a]: missing.md",
    "[a](guide.md#nowhere)",
    "[a](#nowhere)",
    "[a](../../LICENSE)",
  ])("catches %s", (text) => {
    expect(linking("", text)).toMatchObject([{ path: "docs/page.md", line: 3 }]);
  });

  it("accepts what is there, what is elsewhere and what is only quoted", () => {
    const found = linking(
      '[a](guide.md) [b](../LICENSE) [c](guide.md#what-it-is-exactly "title") [d](#page)',
      "[e](guide.md#same-1) [f](https://example.com/missing) [g](mailto:a@example.com) [h](.)",
      "`[i](missing.md)`",
      "```md",
      "[j](missing.md)",
      "```",
    );
    expect(report(found)).toBe("");
  });
});
