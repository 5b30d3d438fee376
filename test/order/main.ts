import { fork } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { OPTIONS, print, tell, wholeNumber, withJobs } from "../sim/command.ts";
import { tryPrograms } from "./order.ts";

const { values } = parseArgs({
  options: {
    jobs: OPTIONS.jobs,
    programs: { type: "string", default: "200" },
    // Writes of each program at which its process dies; by default all.
    crashes: { type: "string", default: "Infinity" },
    // What is drawn; with a path, the share of the programs that a failure was found in.
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    // Leads to the program that a failure has printed.
    path: { type: "string" },
  },
});
/** Programs that a process is given: the same however many processes there are. */
const SHARE = 20;
/** Programs after which it is told how things stand. */
const TOLD_EVERY = 100;

const crashes = Number(values.crashes);
const seed = wholeNumber("seed", values.seed);

/** A share of the programs, with a seed of its own. */
interface Share {
  readonly seed: number;
  readonly programs: number;
}

/** Tries a share in this process; undefined when every order holds. */
async function tryShare(share: Share & { readonly path?: string }): Promise<string | undefined> {
  let plays = 0;
  const onProgram = (more: number) => void (plays += more);
  try {
    await tryPrograms({ ...share, crashes, onProgram });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    process.send?.({ plays });
  }
  return undefined;
}

/** Tries a share in a process of its own, whose memory goes with it. */
async function askShare({ seed, programs }: Share): Promise<{ plays: number; wrong: string }> {
  const words = ["--seed", seed, "--programs", programs, "--crashes", crashes, "--jobs", 1];
  const child = fork(import.meta.filename, words.map(String), { silent: true });
  let plays = 0;
  child.on("message", (word: { plays: number }) => (plays = word.plays));
  const read = async (out: Readable | null) => (out ? text(out) : "");
  const said = Promise.all([read(child.stdout), read(child.stderr)]);
  const code = await new Promise<string>((resolve, reject) => {
    child.once("error", reject).once("exit", (code, signal) => resolve(signal ?? String(code)));
  });
  const printed = (await said).join("");
  return {
    plays,
    wrong: code === "0" ? "" : printed || `the process of seed ${seed} ended: ${code}`,
  };
}

async function tryShares(): Promise<string[]> {
  const wrongs: string[] = [];
  const startedAt = Date.now();
  const all = wholeNumber("programs", values.programs);
  const shares = Array.from({ length: Math.ceil(all / SHARE) }, (_, index) => ({
    seed: seed + index,
    programs: Math.min(SHARE, all - index * SHARE),
  }));
  let programs = 0;
  let plays = 0;
  await withJobs(wholeNumber("jobs", values.jobs), (jobs) =>
    jobs.inOrder(shares, askShare, (outcome, share) => {
      programs += share.programs;
      plays += outcome.plays;
      if (outcome.wrong) wrongs.push(outcome.wrong);
      if (programs % TOLD_EVERY > 0 && programs < all) return;
      const seconds = Math.round((Date.now() - startedAt) / 1_000);
      tell(
        `${programs} of ${all} programs, ${plays} plays, ${wrongs.length} shares fail, ${seconds} s`,
      );
    }),
  );
  return wrongs;
}

const isShare = process.send !== undefined || values.path !== undefined;
const { path } = values;
const one = { seed, programs: Number(values.programs), ...(path !== undefined && { path }) };
const wrongs = isShare
  ? [await tryShare(one)].filter((wrong) => wrong !== undefined)
  : await tryShares();
for (const wrong of wrongs) print(wrong);
if (wrongs.length === 0) print(`every order holds; seed ${seed}`);
else process.exitCode = 1;
// The channel to whoever asked would keep the process alive.
if (process.connected) process.disconnect();
