import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import type { Patch } from "./patch.ts";
import type * as Session from "./session.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
/** Where builds are put: inside the repository, so that they find its packages. */
const BUILDS = join(REPOSITORY, ".savepoint", "sim");

/** Builds the simulation over the product's code with some of it changed, and loads it. */
export const buildSession = (name: string, patches: readonly Patch[]): Promise<typeof Session> =>
  buildPatched<typeof Session>("test/sim/session.ts", name, patches);

/**
 * Builds a module of the tests over the product's code with some of it changed, and loads it. The
 * product itself has no switches for tests.
 * @throws Error when a patch does not fit the source as it is now
 */
export async function buildPatched<Module>(
  entry: string,
  name: string,
  patches: readonly Patch[],
): Promise<Module> {
  const file = await buildFile(entry, name, patches);
  const loaded = (await import(pathToFileURL(file).href)) as Module;
  await rm(file);
  return loaded;
}

/** Builds a module into a file, which whoever asks for it deletes; its path. */
export async function buildFile(
  entry: string,
  name: string,
  patches: readonly Patch[],
): Promise<string> {
  await mkdir(BUILDS, { recursive: true });
  const outfile = join(BUILDS, `${name.replaceAll(/[^a-z0-9]+/gi, "-")}-${process.pid}.mjs`);
  await build({
    absWorkingDir: REPOSITORY,
    entryPoints: [entry],
    outfile,
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20.19",
    keepNames: true,
    plugins: [patching(patches)],
    logLevel: "silent",
  });
  return outfile;
}

function patching(patches: readonly Patch[]): Plugin {
  const edits = patches.flatMap(({ name, edits }) => edits.map((edit) => ({ name, ...edit })));
  return {
    name: "patching",
    setup(builder) {
      const unused = new Set(edits);
      builder.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const file = path.slice(REPOSITORY.length);
        let contents = await readFile(path, "utf8");
        for (const edit of edits) {
          if (edit.file !== file) continue;
          unused.delete(edit);
          const found = contents.split(edit.find).length - 1;
          if (found !== 1) {
            const text = `patch "${edit.name}" finds its text ${found} times in ${file} instead of once; bring it up to date: ${edit.find}`;
            return { errors: [{ text }] };
          }
          contents = contents.replace(edit.find, () => edit.replace);
        }
        return { contents, loader: "ts" };
      });
      builder.onEnd(() => ({
        errors: [...unused].map(({ name, file }) => ({
          text: `patch "${name}" changes ${file}, which the simulation does not use`,
        })),
      }));
    },
  };
}
