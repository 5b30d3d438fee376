import { CommanderError } from "commander";
import { SavepointError } from "../lambda/core/errors.ts";
import { CliError, EXIT, Interruption } from "./cli-error.ts";
import { type Host, processHost } from "./host.ts";
import { createProgram } from "./program.ts";
import { complaints, refusalText } from "./refusal.ts";

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
    const told = toldToPerson(error);
    const lead = error instanceof Interruption ? "" : "error: ";
    const lines = [`${lead}${told.message}`, ...told.hints.map((hint) => `  ${hint}`)];
    host.stderr.write(`${lines.join("\n")}\n`);
    return told.exitCode;
  }
}

/** What a person can make something of is printed without a stack; anything else is thrown on. */
function toldToPerson(error: unknown): Pick<CliError, "message" | "hints" | "exitCode"> {
  if (error instanceof CliError) return error;
  if (!(error instanceof SavepointError)) throw error;
  return { message: refusalText(error), hints: complaints(error), exitCode: EXIT.failed };
}
