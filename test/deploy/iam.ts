import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { EMULATED } from "../../localstack/emulators/environment.ts";
import { sigV4 } from "../../lambda/sigv4/index.ts";
import type { TriedDeployment } from "./tried-deployment.ts";

type Call = Readonly<Record<string, string>> & { readonly Action: string };

/** Calls IAM, whose client the project has no other use for, as an emulator's administrator. Returns its XML. */
export async function iam(
  { endpoint, certificate = "" }: TriedDeployment["emulator"],
  call: Call,
): Promise<string> {
  const { region, credentials } = EMULATED;
  const sign = sigV4({ service: "iam", region, credentials });
  const body = new URLSearchParams({ ...call, Version: "2010-05-08" }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const signed = await sign(new Request(endpoint, { method: "POST", headers, body }));
  const sent = request(endpoint, {
    method: "POST",
    headers: Object.fromEntries(signed.headers),
    ca: readFileSync(certificate),
  });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const reply = await text(response);
  if (response.statusCode === 200) return reply;
  throw new Error(`IAM has refused ${call.Action}: ${reply}`);
}

/** What stands in the elements of that name. */
export const textsOf = (xml: string, name: string): string[] =>
  Array.from(
    xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g")),
    ([, found = ""]) => found,
  );

/**
 * Has policies name secrets by their ARNs. They do on AWS, where that is what `Ref` of a secret gives; with
 * MiniStack 1.5.33 it gives the name, which no policy is judged by.
 */
export async function allowByArn(tried: TriedDeployment, ...secrets: string[]): Promise<void> {
  const client = new SecretsManagerClient(tried.connection);
  const arns = new Map<string, string>();
  for (const SecretId of secrets) {
    const { Name = "", ARN = "" } = await client.send(new DescribeSecretCommand({ SecretId }));
    arns.set(JSON.stringify(Name), JSON.stringify(ARN));
  }
  const { emulator } = tried;
  for (const RoleName of textsOf(await iam(emulator, { Action: "ListRoles" }), "RoleName")) {
    const policies = await iam(emulator, { Action: "ListRolePolicies", RoleName });
    for (const PolicyName of textsOf(policies, "member")) {
      const at = { RoleName, PolicyName };
      const [found = ""] = textsOf(
        await iam(emulator, { Action: "GetRolePolicy", ...at }),
        "PolicyDocument",
      );
      const before = decodeURIComponent(found);
      let PolicyDocument = before;
      for (const [name, arn] of arns) PolicyDocument = PolicyDocument.replaceAll(name, arn);
      if (PolicyDocument === before) continue;
      await iam(emulator, { Action: "PutRolePolicy", ...at, PolicyDocument });
    }
  }
}
