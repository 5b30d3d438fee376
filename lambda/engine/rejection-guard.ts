import type { AsyncLocalStorage } from "node:async_hooks";
import type { Log } from "../core/log.ts";
import type { Whereabouts } from "./dependencies.ts";

let isInstalled = false;

/**
 * Keeps an unhandled rejection in one run's code from ending the process and every run in it: it is
 * logged with the run and step it came from. Installed once a process.
 *
 * Lambda's own runtime client listens for them, too, and ends the process with exit code 128; it is
 * there before any handler is loaded, so its listener has to go.
 */
export function guardRejections(where: AsyncLocalStorage<Whereabouts>, log: Log): void {
  if (isInstalled) return;
  isInstalled = true;
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (error) => {
    const here = where.getStore();
    log.error("unhandled rejection; await every promise, or catch its errors", {
      run: here?.run,
      step: here?.step,
      error,
    });
  });
}
