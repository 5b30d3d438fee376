import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { EMULATED } from "../../localstack/emulators/environment.ts";

/** Puts a text into an emulator's secret, as `aws secretsmanager put-secret-value` does it in the guide. */
export async function putSecret(endpoint: string, SecretId: string, SecretString: string) {
  const { region, credentials } = EMULATED;
  const client = new SecretsManagerClient({ endpoint, region, credentials });
  await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
}
