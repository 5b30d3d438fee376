import { readFileSync } from "node:fs";

/** A process, told apart from a later one that got the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Boot and time of start, where the system tells them (Linux); process ids are used again. */
  readonly started: string | undefined;
}

/**
 * The identity of the process that has an id at present; undefined when there is none, or when it has
 * ended and only its parent has not yet taken note.
 */
export function identify(pid: number): ProcessIdentity | undefined {
  if (!isThere(pid)) return undefined;
  const stat = statOf(pid);
  if (!stat) return { pid, started: undefined };
  return stat.hasEnded ? undefined : { pid, started: stat.started };
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * From /proc/<pid>/stat (proc(5)): field 3, the state, and field 22, the time of start in ticks since
 * boot, with the boot's id.
 */
function statOf(pid: number): { hasEnded: boolean; started: string } | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name, field 2, is in brackets and may hold spaces and brackets.
    const [state = "", ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { hasEnded: /^[ZX]$/.test(state), started: `${boot}/${rest[18]}` };
  } catch {
    return undefined;
  }
}
