import {
  GetAliasCommand,
  type LambdaClient,
  ListVersionsByFunctionCommand,
  UpdateAliasCommand,
} from "@aws-sdk/client-lambda";

/** The alias that every function is called by. */
const Name = "live";

/** Numbers of a function's versions, oldest first, with `$LATEST` before them. */
export async function versionsOf(lambda: LambdaClient, FunctionName: string): Promise<string[]> {
  const { Versions = [] } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
  return Versions.map(({ Version = "" }) => Version);
}

/** The version that a function is called in. */
export async function liveVersion(lambda: LambdaClient, FunctionName: string): Promise<string> {
  const { FunctionVersion = "" } = await lambda.send(new GetAliasCommand({ FunctionName, Name }));
  return FunctionVersion;
}

/** Has a function called in another version from now on. */
export async function callVersion(
  lambda: LambdaClient,
  FunctionName: string,
  FunctionVersion: string,
): Promise<void> {
  await lambda.send(new UpdateAliasCommand({ FunctionName, Name, FunctionVersion }));
}

/**
 * Rolls a function back to the version before, by the calls that docs/deploy.md makes.
 * @throws Error when there is none
 */
export async function rollBack(lambda: LambdaClient, FunctionName: string): Promise<void> {
  const live = Number(await liveVersion(lambda, FunctionName));
  const versions = await versionsOf(lambda, FunctionName);
  const before = versions.findLast((version) => Number(version) < live);
  if (before === undefined) throw new Error(`${FunctionName} has no version before ${live}`);
  await callVersion(lambda, FunctionName, before);
}
