import { AsyncLocalStorage } from "node:async_hooks";
import type { Whereabouts } from "../engine/dependencies.ts";

/** One for all engines of a process: Node carries every storage there is from promise to promise. */
export const where = new AsyncLocalStorage<Whereabouts>();
