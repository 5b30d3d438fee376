import { isLoopback } from "../../lambda/core/loopback.ts";

/** Variables by name, as in `process.env`. */
type Variables = Readonly<Record<string, string | undefined>>;

/** A key of AWS. */
interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The only account of an emulator, and where it is. */
export const EMULATED = {
  account: "000000000000",
  region: "us-east-1",
  /** What it takes for its administrator, whose rights it never checks. */
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
} as const;
/** Nothing of a person's AWS set-up is passed on: it could lead to an account of theirs. */
const PERSONAL = /^(AWS|CDK)_/;

/**
 * An emulator's endpoint, without a slash at its end.
 * @throws Error for a URL that leads off this machine: emulators accept any credentials, AWS would not
 */
export function emulatorEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.pathname === "/" && url.search === "" && url.username === "";
  if (url && isPlain && /^https?:$/.test(url.protocol) && isLoopback(url.hostname)) {
    return url.origin;
  }
  throw new Error(
    `the endpoint is "${text}"; give one on this machine, as http://127.0.0.1:4566 ` +
      "(to deploy to an account, use `npx cdk deploy`)",
  );
}

/**
 * The variables with which the AWS tools reach an emulator and nothing else: no profile, no session, no
 * metadata service.
 * @param endpoint of the emulator
 * @param variables of this process
 * @param credentials default: those of an emulator that checks none
 */
export function emulatorEnvironment(
  endpoint: string,
  variables: Variables,
  credentials: Credentials = EMULATED.credentials,
): Record<string, string> {
  return {
    ...withoutPersonal(variables),
    AWS_ENDPOINT_URL: emulatorEndpoint(endpoint),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: EMULATED.region,
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    CDK_DISABLE_CLI_TELEMETRY: "true",
    CDK_DEFAULT_ACCOUNT: EMULATED.account,
    CDK_DEFAULT_REGION: EMULATED.region,
  };
}

/** Variables without those that lead AWS tools to somebody's account. */
export function withoutPersonal(variables: Variables): Record<string, string> {
  const kept = Object.entries(variables).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !PERSONAL.test(entry[0]),
  );
  return Object.fromEntries(kept);
}
