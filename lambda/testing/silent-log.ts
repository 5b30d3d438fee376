import type { Log } from "../core/log.ts";

const ignore = () => undefined;

/** A log that nobody reads. */
export const silentLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
