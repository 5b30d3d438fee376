import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TextFile } from "./complaint.ts";

/** What the repository holds, apart from what git ignores. */
export interface Repository {
  readonly files: readonly TextFile[];
  /** Paths of all files, binary ones too, and of all folders. */
  readonly paths: ReadonlySet<string>;
}

/** Reads the repository at `root`. Throws on a .gitignore pattern it does not understand. */
export function readRepository(root: string): Repository {
  const isIgnored = ignoring(readFileSync(join(root, ".gitignore"), "utf8"));
  const paths = new Set<string>(["."]);
  const files: TextFile[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (isIgnored(entry.name, entry.isDirectory())) continue;
      paths.add(path);
      if (entry.isDirectory()) visit(path);
      if (!entry.isFile()) continue;
      const text = readFileSync(join(root, path), "utf8");
      if (!text.includes("\0")) files.push({ path, text });
    }
  };
  visit("");
  return { files, paths };
}

/** Understands the patterns `name/`, `name` and `*.ending`, which is all a tidy project needs. */
function ignoring(gitignore: string): (name: string, isDirectory: boolean) => boolean {
  const patterns = gitignore.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const names = new Set([".git"]);
  const folders = new Set<string>();
  const endings: string[] = [];
  for (const pattern of patterns) {
    const [, star, name = "", slash] = /^(\*?)([\w.-]+)(\/?)$/.exec(pattern) ?? [];
    if (name === "") throw new Error(`.gitignore: this reader does not know "${pattern}"`);
    if (star === "*") endings.push(name);
    else (slash === "/" ? folders : names).add(name);
  }
  return (name, isDirectory) =>
    names.has(name) ||
    (isDirectory && folders.has(name)) ||
    endings.some((ending) => name.endsWith(ending));
}
