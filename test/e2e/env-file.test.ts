import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { CommandLine } from "./command-line.ts";

/** A workflow that is configured by a variable, without which its module cannot be loaded. */
const GREET = `import { workflow } from "savepoint";
if (!process.env.GREETING) throw new Error("GREETING is not set");
export const greet = workflow("greet", {}, (ctx) => ctx.step("greet", () => process.env.GREETING));
`;

it("workflows have the variables of the project's .env, or of another file at the next start", async () => {
  const project = mkdtempSync(join(tmpdir(), "savepoint-project-"));
  const cli = new CommandLine({}, project);
  onTestFinished(async () => {
    await cli.close();
    rmSync(project, { recursive: true });
  });
  // As npm installs a package from a folder.
  mkdirSync(join(project, "node_modules"));
  symlinkSync(process.cwd(), join(project, "node_modules/savepoint"));
  writeFileSync(join(project, "savepoint.config.ts"), GREET);
  writeFileSync(join(project, ".env"), 'GREETING="hello, you" # what everybody says\n');
  writeFileSync(join(project, "polite.env"), "GREETING=good morning\n");

  const greeting = async (id: string, ...more: readonly string[]): Promise<unknown> => {
    const started = await cli.savepoint("start", "greet", "--id", id, ...more).ended;
    expect(started).toMatchObject({ out: `${id}\n`, code: 0 });
    const { out } = await cli.savepoint("runs", "watch", id, "--json").ended;
    return (JSON.parse(out) as { output: unknown }).output;
  };
  expect(await greeting("first")).toBe("hello, you");
  expect((await cli.savepoint("dev", "--stop").ended).code).toBe(0);
  expect(await greeting("second", "--env-file", "polite.env")).toBe("good morning");
});
