import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CliError, UsageError } from "./cli-error.ts";
import type { Host } from "./host.ts";

/**
 * The value of an option that takes JSON, `@FILE` or `-` for standard input.
 * @param option its name, for messages: `--input`
 * @throws UsageError for what is no JSON, CliError when the file cannot be read
 */
export async function jsonOption(host: Host, option: string, given: string): Promise<unknown> {
  const text = await textOf(host, option, given);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${option} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

async function textOf(host: Host, option: string, given: string): Promise<string> {
  if (given === "-") return host.readStdin();
  if (!given.startsWith("@")) return given;
  try {
    return await readFile(resolve(host.cwd, given.slice(1)), "utf8");
  } catch (error) {
    throw new CliError(`${option} ${given}: ${(error as Error).message}`, { cause: error });
  }
}
