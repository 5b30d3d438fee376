import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/** What modules are written in here: `.ts` in the repository, `.js` in the package that is built from it. */
export const MODULE_EXTENSION = extname(fileURLToPath(import.meta.url));

/**
 * The absolute path of one of our modules.
 * @param name path of it without its extension, from the module that asks
 * @param from `import.meta.url` of that one
 */
export const moduleFile = (name: string, from: string): string =>
  fileURLToPath(new URL(name + MODULE_EXTENSION, from));
