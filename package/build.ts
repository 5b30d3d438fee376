/**
 * `npm run build`: compiles the package into `dist/package`, which `npm pack ./dist/package` makes the
 * tarball of.
 */
import { chmodSync, cpSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { compile } from "./compile.ts";
import { importedPackages, type Manifest, packageManifest } from "./manifest.ts";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
const OUT = join(REPOSITORY, "dist/package");

/** What is shipped as it is: what modules read that lie beside it, and what people read. */
const ASSETS = [
  "localstack/embedded/lambda-host/bootstrap.js",
  "localstack/hn/corpus",
  "cli/template",
  "README.md",
  "CHANGELOG.md",
  "LICENSE",
];

rmSync(OUT, { recursive: true, force: true });
const repository = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as Manifest;
const entries = Object.values(repository.exports).map((source) => join(REPOSITORY, source));
const written = compile(join(REPOSITORY, "package/tsconfig.json"), entries);
for (const asset of ASSETS) cpSync(join(REPOSITORY, asset), join(OUT, asset), { recursive: true });
const modules = written.filter((path) => /\.(js|d\.ts)$/.test(path));
const manifest = packageManifest(repository, new Set(modules.flatMap(packagesOf)));
writeFileSync(join(OUT, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
chmodSync(join(OUT, "cli/bin.js"), 0o755);
const bytes = written.reduce((sum, path) => sum + statSync(path).size, 0);
process.stdout.write(
  `${basename(OUT)}: ${written.length} files compiled, ${Math.round(bytes / 1024)} KB, in ${OUT}\n`,
);

function packagesOf(path: string): string[] {
  const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(readFileSync(path, "utf8"));
  const types = typeReferenceDirectives.map(({ fileName }) => `@types/${fileName}`);
  return importedPackages([...importedFiles.map(({ fileName }) => fileName), ...types]);
}
