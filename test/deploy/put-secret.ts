import {
  PutSecretValueCommand,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from "@aws-sdk/client-secrets-manager";

/** Puts a text into an emulator's secret, as `aws secretsmanager put-secret-value` does it in the guide. */
export async function putSecret(
  connection: SecretsManagerClientConfig,
  SecretId: string,
  SecretString: string,
) {
  const client = new SecretsManagerClient(connection);
  await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
}
