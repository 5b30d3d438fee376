import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { RecordedHistory } from "../../lambda/index.ts";

const pathOf = (name: string): string => fileURLToPath(new URL(`${name}.json`, import.meta.url));

/** Whether the history is kept already. */
export const isKept = (name: string): boolean => existsSync(pathOf(name));

/** A kept history, as it stands in its file. */
export const keptHistory = (name: string): unknown =>
  JSON.parse(readFileSync(pathOf(name), "utf8"));

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Keeps a history; stacks in it tell of the repository's files only. */
export const keep = (name: string, history: RecordedHistory): void => {
  const text = JSON.stringify(history, undefined, 1).replaceAll(ROOT, "");
  writeFileSync(pathOf(name), `${text}\n`);
};
