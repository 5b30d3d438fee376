import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../cli/main.ts";
import { withWanted } from "../../cli/project-manifest.ts";
import { stage } from "./fixture.ts";

const manifestOf = async (folder: string): Promise<Record<string, Record<string, string>>> =>
  JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as never;

describe("savepoint init", () => {
  it("writes a project into a new folder, with the versions that we use ourselves", async () => {
    const { folder, host } = await stage();
    expect(await main(["init", "My App"], host)).toBe(0);
    const project = join(folder, "My App");
    expect((await readdir(project, { recursive: true })).toSorted()).toEqual([
      ".gitignore",
      "cdk.json",
      "infra",
      "infra/app.ts",
      "package.json",
      "savepoint.config.ts",
      "src",
      "src/digest.ts",
      "test",
      "test/digest.test.ts",
      "tsconfig.json",
    ]);
    const manifest = await manifestOf(project);
    const ours = await manifestOf(process.cwd());
    expect(manifest).toMatchObject({ name: "my-app", private: true, type: "module" });
    expect(manifest["dependencies"]).toEqual({
      savepoint: ours["version"],
      zod: ours["dependencies"]?.["zod"],
    });
    expect(manifest["devDependencies"]).toMatchObject({
      tsx: ours["dependencies"]?.["tsx"],
      typescript: ours["devDependencies"]?.["typescript"],
      "aws-cdk-lib": ours["devDependencies"]?.["aws-cdk-lib"],
    });
    expect(host.stdout.text).toContain("  cd My App\n  npm install\n");
    // Variables for workflows may be secrets.
    expect((await readFile(join(project, ".gitignore"), "utf8")).split("\n")).toContain(".env");
  });

  it("leaves what is there as it is, and says so", async () => {
    const { folder, host } = await stage();
    await mkdir(join(folder, "src"));
    await writeFile(join(folder, "src/digest.ts"), "mine");
    await writeFile(
      join(folder, "package.json"),
      JSON.stringify({ name: "mine", scripts: { test: "vitest" }, devDependencies: { zod: "3" } }),
    );
    expect(await main(["init"], host)).toBe(0);
    expect(await readFile(join(folder, "src/digest.ts"), "utf8")).toBe("mine");
    expect(host.stdout.text).toContain("kept   src/digest.ts (it was there)\n");
    expect(host.stdout.text).toContain(
      "kept   package.json (has its own script test, dependency zod)",
    );
    const manifest = await manifestOf(folder);
    expect(manifest).toMatchObject({
      name: "mine",
      scripts: { test: "vitest", dev: "savepoint dev" },
    });
    expect(manifest["dependencies"]).not.toHaveProperty("zod");
    expect(manifest["devDependencies"]).toMatchObject({ zod: "3" });
    expect(manifest).not.toHaveProperty("type");
  });

  it("changes nothing the second time", async () => {
    const { folder, host } = await stage();
    await main(["init"], host);
    const { mtimeMs } = await stat(join(folder, "package.json"));
    const before = host.stdout.text.length;
    expect(await main(["init"], host)).toBe(0);
    expect((await stat(join(folder, "package.json"))).mtimeMs).toBe(mtimeMs);
    expect(host.stdout.text.slice(before)).not.toContain("wrote");
  });

  it("stops at a package.json that is none", async () => {
    const { folder, host } = await stage();
    await writeFile(join(folder, "package.json"), "{");
    expect(await main(["init"], host)).toBe(1);
    expect(host.stderr.text).toMatch(/^error: .*package\.json is damaged/);
    expect(await readFile(join(folder, "package.json"), "utf8")).toBe("{");
  });

  it("says what stands in the way of a folder", async () => {
    const { folder, host } = await stage();
    await writeFile(join(folder, "file"), "");
    expect(await main(["init", "file"], host)).toBe(1);
    expect(host.stderr.text).toMatch(/^error: cannot set up .*file: /);
  });
});

describe("a manifest that lacks nothing", () => {
  it("stays as it was written", () => {
    const manifest = { scripts: { dev: "mine" } };
    const merged = withWanted(manifest, {
      scripts: { dev: "savepoint dev" },
      dependencies: {},
      devDependencies: {},
    });
    expect(merged).toEqual({ manifest, added: [], kept: ["script dev"] });
  });
});
