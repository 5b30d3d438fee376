import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { failureReply } from "../../lambda/api/failure.ts";
import * as errors from "../../lambda/core/errors.ts";
import { HTTP_CODES } from "../../lambda/core/http-codes.ts";
import * as clientErrors from "../../lambda/http/api-error.ts";

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
    const guide = guides.find((one) => one.name === name.replace(/\..*$/, ".md"));
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

type ErrorClass = new (
  message: string,
  options: object,
) => errors.SavepointError & { readonly code: string };

const isErrorClass = (value: unknown): boolean =>
  typeof value === "function" && value.prototype instanceof errors.SavepointError;

const everyError = Object.values<unknown>({ ...errors, ...clientErrors })
  .filter(isErrorClass)
  .map((Class) => {
    // What the constructors look at; an ApiError of a reply that has no code gets that one.
    const options = { retryAfter: 0, errors: [], issues: [], code: "unknown" };
    return new (Class as ErrorClass)("for its code", options);
  });

const inOrder = (one: string, other: string) => (one < other ? -1 : 1);

describe("the page on errors", () => {
  const sections = textOf("docs/errors.md").split(/^## /m).slice(1);
  const sectionOf = (code: string) => sections.find((one) => one.startsWith(`\`${code}\`\n`));
  const begun = (beginning: string) =>
    new RegExp(`^.*\\n\\n${beginning}\\. [^]+\\n\\n\\*\\*What to do:\\*\\* .+`);

  it("has one section for each code, in alphabetical order, and no other", () => {
    const codes = [...everyError.map(({ code }) => code), ...HTTP_CODES].toSorted(inOrder);
    expect(sections.map((section) => section.split("\n")[0])).toEqual(
      codes.map((code) => `\`${code}\``),
    );
  });

  it.each(everyError)("names $name, and says when it is thrown and what to do", (error) => {
    expect(sectionOf(error.code)).toMatch(begun(`\`${error.name}\``));
  });

  it.each(HTTP_CODES)("says with which status %s is answered, and what to do", (code) => {
    expect(sectionOf(code)).toMatch(begun("HTTP [45](\\d\\d|xx)(, .+)?"));
  });

  it("says of each error that the API passes on with which status it does", () => {
    const passedOn = everyError.flatMap((error) => {
      const { body, status } = failureReply(error);
      return body.error.code === "internal" ? [] : [{ code: error.code, status }];
    });
    expect(passedOn).toContainEqual({ code: "run_not_found", status: 404 });
    const unsaid = passedOn.filter(
      ({ code, status }) =>
        !/Over\sHTTP:\s(\d+)/.exec(sectionOf(code) ?? "")?.includes(`${status}`),
    );
    expect(unsaid).toEqual([]);
  });
});
