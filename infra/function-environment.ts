import { ENV, isReservedVariable } from "../lambda/core/environment.ts";

/** Lambda's own name for the file of a layer that the function is started by. */
const LAYER_WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER";

/** What there is to know of functions whose variables are checked. */
interface Surroundings {
  /** What to do with the secret that OpenAI's key belongs into. */
  readonly advice: string;
  /** Whether they have layers, which may want to start them. */
  readonly hasLayers: boolean;
}

/**
 * Checks variables that a project chooses for its functions. Their values are shown to nobody.
 * @throws Error that names what is not for the project to set
 */
export function assertEnvironment(
  environment: Readonly<Record<string, string>>,
  { advice, hasLayers }: Surroundings,
): void {
  if (ENV.openaiKey in environment) {
    throw new Error(
      `environment has ${ENV.openaiKey}, which whoever may describe the function could read; put the key into a secret ${advice}`,
    );
  }
  if (LAYER_WRAPPER in environment && !hasLayers) {
    throw new Error(
      `environment has ${LAYER_WRAPPER}, which names a file of a layer, and there are no layers; the function would not start`,
    );
  }
  const names = Object.keys(environment).filter((name) => name !== LAYER_WRAPPER);
  const reserved = names.filter(isReservedVariable);
  if (reserved.length === 0) return;
  throw new Error(
    `environment has ${reserved.join(", ")}, which the construct or Lambda sets itself; take it out, and choose by the construct's properties`,
  );
}
