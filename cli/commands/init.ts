import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, resolve } from "node:path";
import { CliError, EXIT } from "../cli-error.ts";
import type { Host } from "../host.ts";
import { type ProjectManifest, wantedOf, withWanted } from "../project-manifest.ts";

const TEMPLATE = new URL("../template/", import.meta.url);

/** Files of a new project, by where they lie in the template: npm packs no `.gitignore`. */
const FILES: Readonly<Record<string, string>> = {
  "src/digest.ts": "src/digest.ts",
  "savepoint.config.ts": "savepoint.config.ts",
  "test/digest.test.ts": "test/digest.test.ts",
  "infra/app.ts": "infra/app.ts",
  "cdk.json": "cdk.json",
  "tsconfig.json": "tsconfig.json",
  ".gitignore": "gitignore",
};

/**
 * `savepoint init`: writes a workflow with its configuration, test and CDK app into a project. What is there
 * stays as it is.
 * @param folder the project's, from the working folder; made when missing
 * @throws CliError when a file cannot be written, or `package.json` is damaged
 */
export async function init(host: Host, folder: string): Promise<number> {
  const project = resolve(host.cwd, folder);
  const say = (what: string, name: string, why = ""): void =>
    host.stdout.write(`${what.padEnd(6)} ${name}${why && ` (${why})`}\n`);
  try {
    for (const [name, source] of Object.entries(FILES)) {
      const isNew = await writeNew(join(project, name), await readFile(new URL(source, TEMPLATE)));
      if (isNew) say("wrote", name);
      else say("kept", name, "it was there");
    }
    const { added, kept } = await mergeManifest(join(project, "package.json"));
    if (added.length > 0) say("wrote", "package.json", added.join(", "));
    if (kept.length > 0) say("kept", "package.json", `has its own ${kept.join(", ")}`);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`cannot set up ${project}: ${(error as Error).message}`, { cause: error });
  }
  host.stdout.write(nextSteps(relative(host.cwd, project)));
  return EXIT.ok;
}

/** Writes a file unless there is one. */
async function writeNew(path: string, contents: Uint8Array): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(path, contents, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function mergeManifest(path: string) {
  const own = createRequire(import.meta.url)("../../package.json") as Parameters<
    typeof wantedOf
  >[0];
  const merged = withWanted(await readManifest(path), wantedOf(own));
  if (merged.added.length > 0) {
    await writeFile(path, `${JSON.stringify(merged.manifest, undefined, 2)}\n`);
  }
  return merged;
}

/** The project's manifest; that of a new one when there is none. */
async function readManifest(path: string): Promise<ProjectManifest> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    // Every name of a folder but for what npm refuses in the name of a package.
    const name = basename(dirname(path))
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, "-")
      .replaceAll(/^-+|-+$/g, "");
    return { name: name || "workflows", private: true, type: "module" };
  }
  try {
    return JSON.parse(text) as ProjectManifest;
  } catch (error) {
    throw new CliError(`${path} is damaged: ${(error as Error).message}`, { cause: error });
  }
}

const nextSteps = (folder: string): string =>
  [
    "",
    "next:",
    ...(folder === "" ? [] : [`  cd ${folder}`]),
    "  npm install",
    "  npm test                  the workflow's test, with its three seconds skipped",
    "  npx savepoint dev         keeps it running here, and follows your changes; then, elsewhere:",
    `  npx savepoint start digest --input '{"topic":"durable execution"}'`,
    "  npx cdk deploy            into your account (once before: npx cdk bootstrap)",
    "",
  ].join("\n");
