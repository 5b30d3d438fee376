import { readdirSync, readFileSync } from "node:fs";
import prettier from "prettier";
import ts from "typescript";
import { parseCode } from "../tidy/code.ts";
import { type Evidence, type Reasons, renderCoverage, type TestTitle } from "./coverage.ts";
import { SECTIONS } from "./scenarios.ts";

const FOLDER = new URL("./", import.meta.url);
/** The test of the coverage itself shows no scenario. */
const OWN_TEST = "coverage.test.ts";

/** The file that tells what shows each scenario. */
export const COVERAGE_FILE = new URL("COVERAGE.md", FOLDER);

/** Reads the tests and reasons of this folder. */
export async function readEvidence(): Promise<Evidence> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".test.ts"));
  const tests = files
    .filter((name) => name !== OWN_TEST)
    .toSorted()
    .flatMap((name) =>
      titlesOf(`test/conformance/${name}`, readFileSync(new URL(name, FOLDER), "utf8")),
    );
  const reasons: Reasons[] = [];
  for (const name of readdirSync(new URL("reasons/", FOLDER)).toSorted()) {
    const module = (await import(new URL(`reasons/${name}`, FOLDER).href)) as { reasons: Reasons };
    reasons.push(module.reasons);
  }
  return { sections: SECTIONS, tests, reasons };
}

/** The coverage as it is to be kept in its file. */
export const coverageText = (evidence: Evidence): Promise<string> =>
  prettier.format(renderCoverage(evidence), { parser: "markdown" });

/**
 * Titles of a file's tests, in source order: `it(title, …)` and `it.each(…)(title, …)`.
 * @throws Error for a title that is no literal, and so cannot be read
 */
export function titlesOf(file: string, text: string): TestTitle[] {
  return callsOf(parseCode({ path: file, text }).source).flatMap((node) => {
    if (!isTest(node.expression)) return [];
    const [title] = node.arguments;
    if (title && ts.isStringLiteralLike(title)) return [{ file, title: title.text }];
    throw new Error(`${file}: the title ${title?.getText()} is no literal; write it out`);
  });
}

/** Every call in a file, outer before inner. */
function callsOf(node: ts.Node): ts.CallExpression[] {
  const calls = ts.isCallExpression(node) ? [node] : [];
  ts.forEachChild(node, (child) => void calls.push(...callsOf(child)));
  return calls;
}

function isTest(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === "it";
  if (!ts.isCallExpression(callee) || !ts.isPropertyAccessExpression(callee.expression)) {
    return false;
  }
  const { expression, name } = callee.expression;
  return isTest(expression) && name.text === "each";
}
