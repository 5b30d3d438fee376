import { type Command, InvalidArgumentError } from "commander";
import type { RunAction } from "./api-client.ts";
import type { CompleteOptions } from "./commands/complete.ts";
import type { ControlOptions } from "./commands/runs-control.ts";
import type { SendOptions } from "./commands/send.ts";
import type { Host } from "./host.ts";
import type { GlobalOptions } from "./session.ts";

/** What commands are declared with: where they run, and what gets their exit code. */
export interface Cli {
  readonly host: Host;
  readonly done: (exitCode: number) => void;
}

const ACTIONS: Readonly<Record<RunAction, string>> = {
  cancel: "ask a run to end; it may clean up",
  terminate: "end a run at once; nothing of its code runs any more",
  pause: "keep a run from going on until it is resumed",
  resume: "let a paused run go on",
};

/** Adds `runs cancel`, `terminate`, `pause`, `resume` and `delete`. */
export function addControl(runs: Command, { host, done }: Cli): void {
  for (const [action, description] of Object.entries(ACTIONS) as [RunAction, string][]) {
    const command = runs.command(action).description(description).argument("<id>", "id of the run");
    if (action === "cancel" || action === "terminate") {
      command.option("--reason <text>", "why, for those who look at the run");
    }
    command
      .option("--json", "print the reply as JSON")
      .action(async (id: string, _: unknown, called: Command) => {
        const { controlRun } = await import("./commands/runs-control.ts");
        done(await controlRun(host, action, id, called.optsWithGlobals<ControlOptions>()));
      });
  }
  runs
    .command("delete")
    .description("delete a run that has finished, and all that it has recorded")
    .argument("<id>", "id of the run")
    .action(async (id: string, _: unknown, command: Command) => {
      const { deleteRun } = await import("./commands/runs-control.ts");
      done(await deleteRun(host, id, command.optsWithGlobals<GlobalOptions>()));
    });
}

/** Adds `send`. */
export function addSend(program: Command, { host, done }: Cli): void {
  program
    .command("send")
    .description("send an event into a run")
    .argument("<run>", "id of the run")
    .argument("<event>", "name of the event")
    .requiredOption("--value <json>", "what it carries: JSON, @FILE, or - for standard input")
    .option(
      "--key <key>",
      "idempotency key: sent again with the same key, it arrives once",
      parsedKey,
    )
    .action(async (run: string, event: string, _: unknown, command: Command) => {
      const { send } = await import("./commands/send.ts");
      done(await send(host, run, event, command.optsWithGlobals<SendOptions>()));
    });
}

/** Adds `complete`. */
export function addComplete(program: Command, { host, done }: Cli): void {
  program
    .command("complete")
    .description("complete a callback token, once")
    .argument("<token>", "the token, as the run has handed it out")
    .requiredOption(
      "--value <json>",
      "what it is completed with: JSON, @FILE, or - for standard input",
    )
    .action(async (token: string, _: unknown, command: Command) => {
      const { complete } = await import("./commands/complete.ts");
      done(await complete(host, token, command.optsWithGlobals<CompleteOptions>()));
    });
}

function parsedKey(text: string): string {
  // It goes as the value of a header.
  if (/^[\x21-\x7e]{1,200}$/.test(text)) return text;
  throw new InvalidArgumentError("Give 1 to 200 printable ASCII characters without spaces.");
}

/** Adds one `NAME=VALUE` of an option that may be given several times. */
export function attribute(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError("Give NAME=VALUE.");
  }
  return { ...before, [name]: value };
}
