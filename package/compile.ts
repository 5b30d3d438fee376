import { dirname } from "node:path";
import ts from "typescript";

/**
 * Compiles sources with all that they import, as a configuration says.
 * @param configFile absolute path of a `tsconfig.json`
 * @param entries absolute paths of sources beside those that it names
 * @returns absolute paths of the files that were written
 * @throws Error that shows each complaint with file and line
 */
export function compile(configFile: string, entries: readonly string[]): string[] {
  const { config, error } = ts.readConfigFile(configFile, (path) => ts.sys.readFile(path));
  if (error) throw new Error(shown([error]));
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, dirname(configFile));
  const program = ts.createProgram({
    rootNames: [...parsed.fileNames, ...entries],
    options: parsed.options,
  });
  const written: string[] = [];
  const emitted = program.emit(undefined, (path, text) => {
    ts.sys.writeFile(path, text);
    written.push(path);
  });
  const complaints = [
    ...parsed.errors,
    ...ts.getPreEmitDiagnostics(program),
    ...emitted.diagnostics,
  ];
  if (complaints.length > 0) throw new Error(shown(complaints));
  return written;
}

const shown = (complaints: readonly ts.Diagnostic[]): string =>
  ts.formatDiagnostics(complaints, {
    getCurrentDirectory: () => process.cwd(),
    getCanonicalFileName: (name) => name,
    getNewLine: () => "\n",
  });
