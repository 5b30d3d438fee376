import { readFileSync } from "node:fs";

/** A process, told apart from a later one that got the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Boot and time of start, where the system tells them (Linux); process ids are used again. */
  readonly started: string | undefined;
}

/** The identity of the process that has an id at present; undefined when there is none. */
export function identify(pid: number): ProcessIdentity | undefined {
  return isRunning(pid) ? { pid, started: startOf(pid) } : undefined;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Field 22 of /proc/<pid>/stat, start time in ticks since boot (proc(5)), with the boot's id. */
function startOf(pid: number): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name, field 2, is in brackets and may hold spaces and brackets.
    const afterName = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return `${boot}/${afterName[19]}`;
  } catch {
    return undefined;
  }
}
