import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { isReservedVariable } from "../../lambda/core/environment.ts";

/**
 * The variables of a file of lines `NAME=value`, as `node --env-file` reads them.
 * @throws Error with the path: when it cannot be read, or has a name that is not for its writer to set
 */
export function readEnvFile(path: string): Record<string, string> {
  const variables = Object.entries(parseEnv(textOf(path)));
  const reserved = variables.map(([name]) => name).filter(isReservedVariable);
  if (reserved.length > 0) {
    throw new Error(
      `${path} has ${reserved.join(", ")}, which the embedded stack or Lambda sets itself; take it out, or give a file without it by --env-file`,
    );
  }
  return Object.fromEntries(variables.map(([name, value = ""]) => [name, value]));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`the variables in ${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
