import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How the simulator is started. */
export interface ViewerOptions {
  readonly port?: number;
  /** File to which each request is appended. */
  readonly accessLog?: string;
}

/**
 * Starts the simulator of the Hacker News API on the port that it had at the last start, so that links
 * in older reports lead somewhere; on any free one when that is taken.
 * @param directory folder of the stack, which keeps the port and the log of requests
 * @param start the simulator's own start
 */
export async function startSampleViewer<Viewer extends { readonly viewerUrl: string }>(
  directory: string,
  start: (options: ViewerOptions) => Promise<Viewer>,
): Promise<Viewer> {
  const portFile = join(directory, "viewer-port");
  const accessLog = join(directory, "hn-access.log");
  const simulator = await start({ port: lastPort(portFile), accessLog }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return start({ accessLog });
    throw error;
  });
  writeFileSync(portFile, new URL(simulator.viewerUrl).port);
  return simulator;
}

function lastPort(file: string): number {
  try {
    const port = Number(readFileSync(file, "utf8"));
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}
