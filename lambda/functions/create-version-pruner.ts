import {
  DeleteFunctionCommand,
  type LambdaClient,
  paginateListAliases,
  paginateListVersionsByFunction,
  ResourceConflictException,
  ResourceNotFoundException,
} from "@aws-sdk/client-lambda";
import { ENV } from "../core/environment.ts";
import { InvalidArgumentError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { outdatedVersions, type VersionAlias } from "./outdated-versions.ts";

/** What prunes the versions of a deployment's functions. */
export interface VersionPrunerOptions {
  readonly client: LambdaClient;
  /** Names of the functions. */
  readonly functions: readonly string[];
  readonly log: Log;
}

/**
 * Makes the function that deletes versions nobody will roll back to. What is wrong with one version or function
 * keeps it from no other, and fails the invocation in the end; the next one begins anew.
 */
export function createVersionPruner(options: VersionPrunerOptions): () => Promise<void> {
  const { functions, log } = options;
  return async () => {
    const errors: unknown[] = [];
    for (const name of functions) {
      try {
        await prune(options, name);
      } catch (error) {
        log.error("versions were not pruned", { function: name, error });
        errors.push(error);
      }
    }
    if (errors.length > 0) {
      throw new AggregateError(errors, `versions of ${errors.length} functions were not pruned`);
    }
  };
}

async function prune(options: VersionPrunerOptions, name: string): Promise<void> {
  const { client, log } = options;
  const versions: string[] = [];
  const aliases: VersionAlias[] = [];
  // A request for each: the SDK writes the place that it has come to into it.
  const listVersions = paginateListVersionsByFunction({ client }, { FunctionName: name });
  for await (const { Versions = [] } of listVersions) {
    versions.push(...Versions.map(({ Version = "" }) => Version));
  }
  // Read after the versions: what an alias was pointed to meanwhile is seen.
  for await (const { Aliases = [] } of paginateListAliases({ client }, { FunctionName: name })) {
    aliases.push(...Aliases);
  }
  const deleted: string[] = [];
  for (const version of outdatedVersions(versions, aliases)) {
    if (await deleteVersion(options, name, version)) deleted.push(version);
  }
  if (deleted.length > 0) log.info("versions deleted", { function: name, versions: deleted });
}

/** Whether it was deleted by this call. */
async function deleteVersion(
  { client, log }: VersionPrunerOptions,
  name: string,
  version: string,
): Promise<boolean> {
  try {
    await client.send(new DeleteFunctionCommand({ FunctionName: name, Qualifier: version }));
    return true;
  } catch (error) {
    // Another invocation was faster.
    if (error instanceof ResourceNotFoundException) return false;
    if (!(error instanceof ResourceConflictException)) throw error;
    log.warn("a version is kept: an alias was pointed to it just now", {
      function: name,
      version,
      error,
    });
    return false;
  }
}

/**
 * The functions whose versions a function of this environment prunes: those that it is told of, and itself.
 * @throws InvalidArgumentError when the environment does not name them
 */
export function prunedFunctions(
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  const own = environment["AWS_LAMBDA_FUNCTION_NAME"];
  const others = environment[ENV.functions];
  if (!own || !others) {
    throw new InvalidArgumentError(
      `the environment must have ${ENV.functions}, names in a list with commas, and the function's own name`,
    );
  }
  return [...others.split(","), own];
}
