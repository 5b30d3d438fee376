import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { projectFolder } from "../../cli/project-folder.ts";

const DATA = ".savepoint/data";
const CONFIG = "savepoint.config.ts";

/** Makes files below a folder that is in no package; a name that ends in a slash is a folder. */
function tree(...names: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), "savepoint-project-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const name of ["a/b/", ...names]) {
    const path = join(root, name);
    mkdirSync(name.endsWith("/") ? path : dirname(path), { recursive: true });
    if (!name.endsWith("/")) writeFileSync(path, "");
  }
  return root;
}

describe("the folder that a command is for", () => {
  it.each([
    ["the nearest with a configuration", ["package.json", "savepoint.config.mts"], ""],
    ["the nearest with a stack's data", ["package.json", `${DATA}/`, `a/${DATA}/`], "a"],
    ["a configured one above a stack's data", ["package.json", CONFIG, `a/b/${DATA}/`], ""],
    ["none with bundles of a synthesis only", ["package.json", "a/.savepoint/bundles/"], "a/b"],
    ["one with research beside it", ["package.json", CONFIG, "a/.savepoint/research/"], ""],
    ["that of a repository, too", [".git/", "savepoint.config.ts"], ""],
    ["the working folder in a package without", ["package.json"], "a/b"],
    ["none above the package", ["package.json", "savepoint.config.ts", "a/package.json"], "a/b"],
    ["the working folder in no package", ["savepoint.config.ts"], "a/b"],
    ["its own in any case", ["savepoint.config.ts", "a/b/savepoint.config.ts"], "a/b"],
  ])("is %s", (_, names, expected) => {
    const root = tree(...names);
    expect(projectFolder(join(root, "a/b"))).toBe(join(root, expected));
  });

  it("is not the home of the person, unless that is the working folder", () => {
    const root = tree("package.json", `${DATA}/`);
    expect(projectFolder(join(root, "a"), root)).toBe(join(root, "a"));
    expect(projectFolder(root, root)).toBe(root);
  });

  it.runIf(process.getuid?.() === 0)("is not one of somebody else", () => {
    const root = tree("package.json", "savepoint.config.ts");
    chownSync(root, 65_534, 65_534);
    expect(projectFolder(join(root, "a"))).toBe(join(root, "a"));
  });
});
