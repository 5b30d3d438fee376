import { availableParallelism } from "node:os";
import { Jobs } from "./jobs.ts";

/** Options that every command of the simulation has. */
export const OPTIONS = {
  from: { type: "string", default: "1" },
  // Processes that play at a time.
  jobs: { type: "string", default: String(availableParallelism()) },
} as const;

/** Prints a line of what was asked for. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Prints a line that only says how things stand. */
export const tell = (text: string): void => void process.stderr.write(`${text}\n`);

/** A whole number of an option, 1 at least. */
export function wholeNumber(option: string, value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`--${option} is "${value}"; give a whole number from 1 on`);
}

/** Does what a command does, in several processes, all of which end with it, however it ends. */
export async function withJobs(
  jobs: number,
  perform: (jobs: Jobs) => Promise<void>,
): Promise<void> {
  const all = new Jobs(jobs, tell);
  const interrupted = (signal: NodeJS.Signals) => {
    const code = signal === "SIGINT" ? 130 : 143;
    void all.end().finally(() => process.exit(code));
  };
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  try {
    await perform(all);
  } finally {
    await all.end();
  }
}
