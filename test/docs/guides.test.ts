import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import * as errors from "../../lambda/core/errors.ts";

const textOf = (path: string) => readFileSync(path, "utf8");
const namesIn = (folder: string, ending: string) =>
  readdirSync(folder).filter((name) => name.endsWith(ending));

const guides = namesIn("docs", ".md").map((name) => ({
  name,
  blocks: [...textOf(`docs/${name}`).matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code),
}));
const examples = namesIn("docs/examples", ".ts")
  .filter((name) => name !== "services.ts")
  .map((name) => ({ name, text: textOf(`docs/examples/${name}`) }));

describe("the guides", () => {
  it.each(examples)("show $name, word for word", ({ name, text }) => {
    const guide = guides.find((one) => one.name === name.replace(/ts$/, "md"));
    expect(guide?.blocks).toContain(text);
  });

  it("show no other code than that of the examples", () => {
    const code = new Set<string | undefined>(examples.map(({ text }) => text));
    expect(guides.flatMap(({ blocks }) => blocks).filter((block) => !code.has(block))).toEqual([]);
  });

  it("use each call of the workflow's context in some example", () => {
    const calls = methodsOf("Context", "lambda/engine/context.ts");
    expect(calls).toContain("continueAsNew");
    const used = examples.flatMap(({ text }) => [
      ...text.matchAll(/\b(?:ctx|branch)\.(\w+)(?:<\w+>)?\(/g),
    ]);
    const names = new Set(used.map(([, name]) => name));
    expect(calls.filter((call) => !names.has(call))).toEqual([]);
  });

  it("are all linked from the README", () => {
    const readme = textOf("README.md");
    const missing = guides.filter(({ name }) => !readme.includes(`(docs/${name})`));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});

/** Names of the methods that an interface declares. */
function methodsOf(name: string, path: string): string[] {
  const source = ts.createSourceFile(path, textOf(path), ts.ScriptTarget.Latest);
  const found = source.statements.find(
    (one) => ts.isInterfaceDeclaration(one) && one.name.text === name,
  ) as ts.InterfaceDeclaration;
  const methods = found.members.filter((member) => ts.isMethodSignature(member));
  return [...new Set(methods.map((method) => (method.name as ts.Identifier).text))];
}

type ErrorClass = new (message: string, options: object) => errors.KnownError;

const isErrorClass = (value: unknown): boolean =>
  typeof value === "function" && value.prototype instanceof errors.SavepointError;

const everyError = Object.values<unknown>(errors)
  .filter(isErrorClass)
  .map((Class) => new (Class as ErrorClass)("for its code", { retryAfter: 0, errors: [] }));

const inOrder = (one: string, other: string) => (one < other ? -1 : 1);

describe("the page on errors", () => {
  const sections = textOf("docs/errors.md").split(/^## /m).slice(1);

  it("has one section for each code, in alphabetical order, and no other", () => {
    const codes = everyError.map(({ code }) => `\`${code}\``).toSorted(inOrder);
    expect(sections.map((section) => section.split("\n")[0])).toEqual(codes);
  });

  it.each(everyError)("names $name, and says when it is thrown and what to do", (error) => {
    const section = sections.find((one) => one.startsWith(`\`${error.code}\`\n`));
    expect(section).toMatch(
      new RegExp(`^.*\\n\\n\`${error.name}\`\\. [^]+\\n\\n\\*\\*What to do:\\*\\* .+`),
    );
  });
});
