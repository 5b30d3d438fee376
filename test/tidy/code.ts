import ts from "typescript";
import type { Complaint, TextFile } from "./complaint.ts";

/** A source file, parsed. */
export interface CodeFile extends TextFile {
  readonly source: ts.SourceFile;
}

/** Whether a file is source code that the TypeScript parser reads. */
export const isCode = ({ path }: TextFile): boolean => /\.[cm]?[jt]sx?$/.test(path);

/** Parses a source file; nothing is resolved or type-checked. */
export const parseCode = ({ path, text }: TextFile): CodeFile => ({
  path,
  text,
  source: ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true),
});

/** Line of a position, from 1. */
export const lineAt = ({ source }: CodeFile, position: number): number =>
  source.getLineAndCharacterOfPosition(position).line + 1;

/** A complaint about a node, at the line where it starts. */
export const complainAt = (file: CodeFile, node: ts.Node, message: string): Complaint => ({
  path: file.path,
  line: lineAt(file, node.getStart(file.source)),
  message,
});

/** Every node of a file, outer before inner, in source order. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodesOf(child);
}
