import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * The folder of a Node of a major version: the one that runs this, or one that npm installs.
 * @param folder where to install it
 * @throws Error that says what to install when neither is to be had
 */
export async function nodeOf(major: number, folder: string): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return dirname(process.execPath);
  // The package `node` finds these by an install script, which npm may refuse to run.
  const name = `node-${process.platform}-${process.arch}`;
  try {
    await run("npm", ["install", "--prefix", folder, ...FLAGS, `${name}@${major}`]);
    const bin = join(folder, "node_modules", name, "bin");
    const { stdout } = await run(join(bin, "node"), ["--version"]);
    if (!stdout.startsWith(`v${major}.`)) throw new Error(`it is ${stdout}`);
    return bin;
  } catch (error) {
    throw new Error(
      `no Node ${major}: run this test with it (it is Node ${process.versions.node}), or let npm install ${name}@${major}`,
      { cause: error },
    );
  }
}

/** What an installation for a test does without. */
export const FLAGS = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"] as const;
