import { ENV, isReservedVariable } from "../lambda/core/environment.ts";

/** Lambda's own name for what a layer starts the function by, which is for whoever gives the layer to set. */
const LAYER_WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER";

/**
 * Checks variables that a project chooses for its functions. Their values are shown to nobody.
 * @param advice what to do with the secret that OpenAI's key belongs into
 * @throws Error that names what is not for the project to set
 */
export function assertEnvironment(
  environment: Readonly<Record<string, string>>,
  advice: string,
): void {
  if (ENV.openaiKey in environment) {
    throw new Error(
      `environment has ${ENV.openaiKey}, which whoever may describe the function could read; put the key into a secret ${advice}`,
    );
  }
  const names = Object.keys(environment).filter((name) => name !== LAYER_WRAPPER);
  const reserved = names.filter(isReservedVariable);
  if (reserved.length === 0) return;
  throw new Error(
    `environment has ${reserved.join(", ")}, which the construct or Lambda sets itself; take it out, and choose by the construct's properties`,
  );
}
