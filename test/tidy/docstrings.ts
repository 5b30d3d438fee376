import ts from "typescript";
import { type CodeFile, complainAt } from "./code.ts";
import { type Complaint, isWithin } from "./complaint.ts";

/** Every exported symbol outside the tests says what it is for. */
export function checkDocstrings(file: CodeFile): Complaint[] {
  if (isWithin(file.path, "test")) return [];
  const documented = new Set<string>();
  return file.source.statements.flatMap((statement) => {
    if (!isExported(statement)) return [];
    const name = nameOf(statement);
    if (ts.getJSDocCommentsAndTags(statement).length > 0) documented.add(name);
    // The first of several overloads speaks for all of them.
    if (documented.has(name)) return [];
    return [complainAt(file, statement, `${name} is exported without a docstring`)];
  });
}

const isExported = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

function nameOf(statement: ts.Statement): string {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText()).join(", ");
  }
  const named = ts.isDeclarationStatement(statement) ? statement.name : undefined;
  return named?.getText() ?? "the default export";
}
