import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const guides = readdirSync("docs")
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`);

/** Lines of shell in the guides, with where they are. */
const shellLines = ["README.md", ...guides].flatMap((path) => {
  let isShell = false;
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line, index) => {
      if (line.startsWith("```")) isShell = line === "```sh";
      return isShell ? [{ where: `${path}:${index + 1}`, line }] : [];
    });
});

test("the guides call the command as a local installation has it", () => {
  const bare = shellLines.filter(({ line }) => /^\s*savepoint\s/.test(line));
  expect(bare).toEqual([]);
  expect(shellLines.filter(({ line }) => line.startsWith("npx savepoint "))).not.toEqual([]);
});
