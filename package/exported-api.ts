import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import ts from "typescript";
import type { Manifest } from "./manifest.ts";

const REPOSITORY = resolve(import.meta.dirname, "..");

/**
 * What each entry of the package exports, by the names of the files that tell it: declarations without
 * comments, as the compiler writes them.
 * @throws Error when the compiler writes no declaration of something
 */
export async function apiReports(): Promise<ReadonlyMap<string, string>> {
  const { name, exports } = JSON.parse(
    readFileSync(join(REPOSITORY, "package.json"), "utf8"),
  ) as Manifest;
  const entries = Object.entries(exports).map(
    ([entry, source]) => [name + entry.slice(1), join(REPOSITORY, source)] as const,
  );
  const program = programOf(entries.map(([, source]) => source));
  const declarations = declarationsOf(program);
  const config = await resolveConfig(join(REPOSITORY, "package.json"));
  const reports = entries.map(async ([entry, source]): Promise<[string, string]> => {
    const text = reportOf(entry, exportsOf(program, source), declarations);
    return [`${entry.replace("/", "-")}.md`, await format(text, { ...config, parser: "markdown" })];
  });
  return new Map(await Promise.all(reports));
}

function programOf(rootNames: readonly string[]): ts.Program {
  const { config } = ts.readConfigFile(join(REPOSITORY, "package/tsconfig.json"), (path) =>
    ts.sys.readFile(path),
  ) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, join(REPOSITORY, "package"));
  return ts.createProgram({
    rootNames,
    options: { ...options, emitDeclarationOnly: true, removeComments: true, sourceMap: false },
  });
}

/** The declarations of each source, by its path. */
function declarationsOf(program: ts.Program): ReadonlyMap<string, ts.SourceFile> {
  const declarations = new Map<string, ts.SourceFile>();
  program.emit(undefined, (path, text, _bom, _onError, sources) => {
    const [source] = sources ?? [];
    if (!source) return;
    const parsed = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    declarations.set(source.fileName, parsed);
  });
  return declarations;
}

/** An export and where it is declared. */
interface Exported {
  readonly name: string;
  /** Its name there. */
  readonly declared: string;
  readonly source: string;
}

function exportsOf(program: ts.Program, source: string): Exported[] {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(source);
  const module = file && checker.getSymbolAtLocation(file);
  if (!module) throw new Error(`${source} is no module`);
  return checker
    .getExportsOfModule(module)
    .map((symbol) => {
      const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
      const { name, declarations = [] } = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
      const at = declarations[0]?.getSourceFile().fileName ?? source;
      return { name: symbol.name, declared: name, source: at };
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function reportOf(
  entry: string,
  exported: readonly Exported[],
  declarations: ReadonlyMap<string, ts.SourceFile>,
): string {
  const parts = exported.map(({ name, declared, source }) => {
    const file = declarations.get(source);
    const found = file?.statements.filter((statement) => declares(statement, declared)) ?? [];
    if (found.length === 0) throw new Error(`there is no declaration of ${name} of ${entry}`);
    const text = found.map((statement) => bare(statement.getText())).join("\n");
    return name === declared ? text : `${text}\nexport { ${declared} as ${name} };`;
  });
  return [
    `# What ${entry} exports`,
    "",
    "Written by `npm run api-report`; a test fails when it is out of date.",
    "",
    "```ts",
    parts.join("\n\n"),
    "```",
    "",
  ].join("\n");
}

function declares(statement: ts.Statement, name: string): boolean {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.some((one) => one.name.getText() === name);
  }
  const { name: own } = statement as ts.DeclarationStatement;
  return own?.text === name;
}

/** Without what every line of a declaration has. */
const bare = (text: string): string => text.replace(/^(export )?(declare )?/, "");
