import { CommanderError } from "commander";
import { CliError, EXIT, Interruption } from "./cli-error.ts";
import { type Host, processHost } from "./host.ts";
import { createProgram } from "./program.ts";

/**
 * Runs the command that the arguments name.
 * @param words the arguments, without node and script
 * @returns what the process ends with; see EXIT
 */
export async function main(words: readonly string[], host: Host = processHost()): Promise<number> {
  try {
    let exitCode: number = EXIT.ok;
    await createProgram(host, (code) => (exitCode = code)).parseAsync(words, { from: "user" });
    return exitCode;
  } catch (error) {
    // Commander has said it already; help and version count as done.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof CliError)) throw error;
    const lead = error instanceof Interruption ? "" : "error: ";
    const lines = [`${lead}${error.message}`, ...error.hints.map((hint) => `  ${hint}`)];
    host.stderr.write(`${lines.join("\n")}\n`);
    return error.exitCode;
  }
}
