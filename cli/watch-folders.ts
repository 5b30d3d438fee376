import { watch } from "node:fs";

/**
 * Calls back whenever something changes in one of the folders, not below them. Folders rather than files,
 * because editors put another file in the place of one that they save.
 * @returns what ends it
 * @throws Error of node:fs for a folder that is not there
 */
export function watchFolders(folders: readonly string[], onChange: () => void): () => void {
  const watchers = folders.map((folder) =>
    // What goes wrong later, as when the folder is deleted, is a change to look at.
    watch(folder, onChange).on("error", onChange),
  );
  return () => {
    for (const watcher of watchers) watcher.close();
  };
}
