/** What a command ends with. */
export const EXIT = {
  ok: 0,
  /** What was asked for did not come about. */
  failed: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** Ended by Ctrl-C: 128 + the number of SIGINT. */
  interrupted: 130,
} as const;

/** An error for the person at the terminal: printed without a stack trace. */
export class CliError extends Error {
  override readonly name: string = "CliError";
  /** What the command ends with. */
  readonly exitCode: number = EXIT.failed;
  /** Lines below the message: issues of fields, the end of a log. */
  readonly hints: readonly string[];

  constructor(
    message: string,
    { hints = [], cause }: { readonly hints?: readonly string[]; readonly cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.hints = hints;
  }
}

/** The command line makes no sense: the person has to write it anew. */
export class UsageError extends CliError {
  override readonly name = "UsageError";
  override readonly exitCode = EXIT.usage;
}

/** The person pressed Ctrl-C, or the process was asked to end. */
export class Interruption extends CliError {
  override readonly name = "Interruption";
  override readonly exitCode = EXIT.interrupted;
}
