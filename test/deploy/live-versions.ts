import {
  GetAliasCommand,
  InvokeCommand,
  type LambdaClient,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { ENV } from "../../lambda/core/environment.ts";

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

/** Publishes versions of a function, which differ by their description. */
export async function publishVersions(
  lambda: LambdaClient,
  FunctionName: string,
  count: number,
): Promise<void> {
  for (let n = 1; n <= count; n += 1) {
    const Description = `change ${n}`;
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Description }));
    await lambda.send(new PublishVersionCommand({ FunctionName }));
  }
}

/** Has each deployment's function for it delete old versions. Returns what each failed with, if anything. */
export async function pruned(lambda: LambdaClient): Promise<(string | undefined)[]> {
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  const pruners = Functions.filter(
    ({ Environment }) => ENV.functions in (Environment?.Variables ?? {}),
  );
  return Promise.all(
    pruners.map(async ({ FunctionName }) => {
      const call = new InvokeCommand({ FunctionName, Qualifier: Name });
      const { FunctionError, Payload } = await lambda.send(call);
      return FunctionError && new TextDecoder().decode(Payload);
    }),
  );
}
