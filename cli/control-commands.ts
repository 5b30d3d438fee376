import { type Command, InvalidArgumentError } from "commander";
import type { RunAction } from "../lambda/http/api-calls.ts";
import type { CompleteOptions } from "./commands/complete.ts";
import type { ForkSelectedOptions, SelectionOptions } from "./commands/runs-bulk.ts";
import type { ControlOptions } from "./commands/runs-control.ts";
import type { SendOptions } from "./commands/send.ts";
import { durationText } from "./duration-option.ts";
import type { Host } from "./host.ts";
import { addRunFilter } from "./run-filter-options.ts";

/** What commands are declared with: where they run, and what gets their exit code. */
export interface Cli {
  readonly host: Host;
  readonly done: (exitCode: number) => void;
}

const ACTIONS: Readonly<Record<RunAction, string>> = {
  cancel: "ask a run to end; it may clean up",
  terminate: "end a run at once; its code is not asked",
  pause: "keep a run from going on until it is resumed",
  resume: "let a run go on that is paused, blocked, failed or cancelled",
};

const ID_OR_CHOICE = "id of the run; none to choose runs by the options below";

/** Adds `runs cancel`, `terminate`, `pause`, `resume`, `fork` and `delete`. */
export function addControl(runs: Command, { host, done }: Cli): void {
  for (const [action, description] of Object.entries(ACTIONS) as [RunAction, string][]) {
    const command = runs.command(action).description(description);
    if (action === "cancel" || action === "terminate") {
      command.option("--reason <text>", "why, for those who look at the run");
    }
    command.option("--json", "print the reply as JSON");
    if (action === "cancel" || action === "resume") {
      addSelection(command)
        .argument("[id]", ID_OR_CHOICE)
        .action(async (id: string | undefined, _: unknown, called: Command) => {
          const { controlSelected } = await import("./commands/runs-bulk.ts");
          done(await controlSelected(host, action, id, called.optsWithGlobals<SelectionOptions>()));
        });
      continue;
    }
    command
      .argument("<id>", "id of the run")
      .action(async (id: string, _: unknown, called: Command) => {
        const { controlRun } = await import("./commands/runs-control.ts");
        done(await controlRun(host, action, id, called.optsWithGlobals<ControlOptions>()));
      });
  }
  addSelection(runs.command("fork"))
    .description("start a new run from a copy of what a run has recorded")
    .argument("[id]", ID_OR_CHOICE)
    .option("--from <key>", "the operation to ask again first (default: what ended the run)")
    .option("--input <json>", "another input: JSON, @FILE, or - for standard input")
    .option(
      "--timeout <duration>",
      "cancel it after this (default: what the run was given)",
      durationText,
    )
    .option("--id <id>", "id of the new run; given again with the same options, joins that run")
    .option(
      "--key <key>",
      "idempotency key for several: given again, no run is forked again",
      parsedKey,
    )
    .option("--json", "print the reply as JSON")
    .action(async (id: string | undefined, _: unknown, called: Command) => {
      const { forkSelected } = await import("./commands/runs-bulk.ts");
      done(await forkSelected(host, id, called.optsWithGlobals<ForkSelectedOptions>()));
    });
  addSelection(runs.command("delete"))
    .description("delete a run that has finished, and all that it has recorded")
    .argument("[id]", ID_OR_CHOICE)
    .option("--children", "delete its own child runs, too, and theirs")
    .option("--json", "print what came of several as JSON")
    .action(async (id: string | undefined, _: unknown, command: Command) => {
      const { deleteSelected } = await import("./commands/runs-bulk.ts");
      done(await deleteSelected(host, id, command.optsWithGlobals<SelectionOptions>()));
    });
}

const addSelection = (command: Command): Command =>
  addRunFilter(command).option("--dry-run", "show which runs these are, and change nothing");

/** Adds `send`. */
export function addSend(program: Command, { host, done }: Cli): void {
  program
    .command("send")
    .description("send an event into a run")
    .argument("<run>", "id of the run")
    .argument("<event>", "name of the event")
    .requiredOption(
      "--value <json>",
      "what it carries: JSON, @FILE, or - for standard input; null for nothing",
    )
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
