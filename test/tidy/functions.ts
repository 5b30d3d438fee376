import ts from "typescript";
import { type CodeFile, complainAt, lineAt, nodesOf } from "./code.ts";
import type { Complaint } from "./complaint.ts";

/** A function fits one screen. */
const LINES_MAX = 70;

/** No function is longer than 70 lines, counted from its head to its closing brace. */
export function checkFunctionLength(file: CodeFile): Complaint[] {
  return [...nodesOf(file.source)].flatMap((node) => {
    if (!ts.isFunctionLike(node) || !hasBody(node) || isGroupOfTests(node)) return [];
    const lines = lineAt(file, node.getEnd()) - lineAt(file, node.getStart(file.source)) + 1;
    if (lines <= LINES_MAX) return [];
    const message = `${nameOf(node)} has ${lines} lines; a function has at most ${LINES_MAX}`;
    return [complainAt(file, node, message)];
  });
}

const hasBody = (node: ts.Node): boolean => "body" in node && node.body !== undefined;

/** `describe` only groups tests, each of which is measured by itself. */
function isGroupOfTests(node: ts.Node): boolean {
  const { parent } = node;
  return ts.isCallExpression(parent) && /^describe\b/.test(parent.expression.getText());
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (ts.isConstructorDeclaration(node)) return "this constructor";
  const named = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
  return named?.getText() ?? "this function";
}
