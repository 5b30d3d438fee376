import { join, relative, resolve } from "node:path";
import { isExposed } from "../lambda/core/loopback.ts";
import { type ApiCalls, apiCalls } from "../lambda/http/api-calls.ts";
import type { Address } from "../lambda/http/exchange.ts";
import { httpTransport } from "../lambda/http/transport.ts";
import { RESEARCH_CONFIG } from "../localstack/embedded/research-config.ts";
import { CliError, UsageError } from "./cli-error.ts";
import { type Connection, remoteConnection } from "./connection.ts";
import { connectStack, type Stack } from "./embedded-stack.ts";
import { assertStartedWith, envFileFor } from "./env-file.ts";
import type { Host } from "./host.ts";
import { plainLine } from "./plain-text.ts";
import { projectConfig } from "./project-config.ts";
import { DATA_FOLDER, projectFolder } from "./project-folder.ts";
import { Screen } from "./screen.ts";

/** Options that every command takes. */
export interface GlobalOptions {
  /** Folder of the embedded stack, from the working folder. */
  readonly directory?: string;
  /** Base URL of the API to use instead of the embedded stack's. Default: SAVEPOINT_ENDPOINT, unless `directory` is given. */
  readonly endpoint?: string;
  /** Signs requests to that API with the AWS keys of the environment. */
  readonly iam?: boolean;
  /** File with variables for workflows, of the commands that take it. Default: the project's `.env`. */
  readonly envFile?: string;
}

/** What a command works with. */
export interface Session {
  readonly host: Host;
  readonly screen: Screen;
  readonly api: ApiCalls;
  /** Where it looks, to be said after "no runs". */
  readonly place: string;
  /** The embedded stack; undefined when the API is somebody else's. */
  readonly stack: (() => Stack) | undefined;
  /** Folder of the embedded stack, absolute. */
  readonly directory: string;
  /** The command line of another command on the same API, to be shown. */
  readonly commandLine: (...words: readonly string[]) => string;
}

/** Where the stack of the research app keeps its data in the folder of a project, beside the project's own. */
const RESEARCH_DIRECTORY = join(DATA_FOLDER, "research");

/** The folder of the embedded stack, absolute: `--directory`, else SAVEPOINT_DIRECTORY, else `.savepoint` of the project. */
export function stackDirectory({ directory }: GlobalOptions, { env, cwd }: Host): string {
  const named = directory ?? (env["SAVEPOINT_DIRECTORY"] || undefined);
  return named === undefined ? join(projectFolder(cwd), DATA_FOLDER) : resolve(cwd, named);
}

/** An API, and what has named it. */
export interface Endpoint {
  readonly url: string;
  readonly by: "--endpoint" | "SAVEPOINT_ENDPOINT";
}

/**
 * The API that a command is for: `--endpoint`, else SAVEPOINT_ENDPOINT where no `--directory` asks for the embedded
 * stack of a folder.
 * @returns undefined for the embedded stack
 */
export function endpointOf(
  { endpoint, directory }: GlobalOptions,
  { env }: Pick<Host, "env">,
): Endpoint | undefined {
  if (endpoint !== undefined) return { url: endpoint, by: "--endpoint" };
  const url = directory === undefined ? env["SAVEPOINT_ENDPOINT"] : undefined;
  return url ? { url, by: "SAVEPOINT_ENDPOINT" } : undefined;
}

/**
 * Connects to the API a command is for, and starts the embedded stack when it is that one's: with the project's
 * workflows if it has a configuration, else with the research app.
 * @throws UsageError for an endpoint that is no URL, or where what opens the API could be read, CliError when the stack does not start
 */
export async function openSession(host: Host, options: GlobalOptions): Promise<Session> {
  return open(host, options, projectConfig(host.cwd));
}

/**
 * The same for the research app, which in the folder of another project has a stack of its own.
 * @throws CliError when the stack that runs in that folder runs something else
 */
export async function openResearchSession(host: Host, options: GlobalOptions): Promise<Session> {
  const isChosen = options.directory !== undefined || host.env["SAVEPOINT_DIRECTORY"];
  const isElsewhere =
    !isChosen && !endpointOf(options, host) && projectConfig(host.cwd) !== undefined;
  const beside = relative(host.cwd, join(projectFolder(host.cwd), RESEARCH_DIRECTORY));
  const own = isElsewhere ? { ...options, directory: beside } : options;
  const session = await open(host, own, undefined);
  const config = session.stack?.().info.config ?? RESEARCH_CONFIG;
  if (config === RESEARCH_CONFIG) return session;
  throw new CliError(
    `the stack in ${session.directory} runs ${config}, not the research app; end it with ${session.commandLine("dev", "--stop")}, or give another --directory`,
  );
}

async function open(
  host: Host,
  options: GlobalOptions,
  config: string | undefined,
): Promise<Session> {
  const screen = new Screen(host.stderr);
  const endpoint = endpointOf(options, host);
  const { connection, stack } = endpoint
    ? { connection: await remote(endpoint, options, host), stack: undefined }
    : await embedded(host, options, { screen, config });
  const transport = httpTransport(connection, {
    clock: host.clock,
    signal: host.interrupted,
    isTrusted: false,
  });
  return {
    host,
    screen,
    api: apiCalls(transport),
    place: endpoint
      ? `at ${connection.address().url}`
      : `in the embedded stack of ${stackDirectory(options, host)}`,
    stack,
    directory: stackDirectory(options, host),
    commandLine: (...words) => commandLine(host, [...words, ...connection.options]),
  };
}

async function embedded(
  host: Host,
  options: GlobalOptions,
  { screen, config }: { readonly screen: Screen; readonly config: string | undefined },
): Promise<{ connection: Connection; stack: () => Stack }> {
  const { directory, envFile } = options;
  const folder = stackDirectory(options, host);
  const connection = await connectStack(folder, host, {
    options: directory === undefined ? [] : ["--directory", directory],
    config,
    envFile: envFileFor(host, envFile, config),
    say: (text) => screen.say(text),
  });
  assertStartedWith(connection.stack().info, folder, host, envFile);
  return { connection, stack: () => connection.stack() };
}

/** An API Gateway's own host, which nothing opens but a token or a signature. */
const AWS_HOST = /\.execute-api\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/;

async function remote(
  { url: endpoint, by }: Endpoint,
  { iam = false, envFile }: GlobalOptions,
  { env }: Host,
): Promise<Connection> {
  if (envFile !== undefined) {
    throw new UsageError(`--env-file is for the embedded stack; leave it out beside ${by}`);
  }
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
    throw new UsageError(`${by} is "${endpoint}"; give the http or https URL of an API`);
  }
  const token = env["SAVEPOINT_TOKEN"];
  if (iam && token) {
    throw new UsageError(
      "both --iam and SAVEPOINT_TOKEN are given; unset the one or leave the other",
    );
  }
  const base = endpoint.replace(/\/+$/, "");
  if (!token && !iam && !AWS_HOST.test(url.hostname)) return remoteConnection({ url: base });
  if (isExposed(url)) {
    throw new UsageError(
      `${by} is "${endpoint}", and ${token ? "the token of SAVEPOINT_TOKEN" : "a signed request"} could be read on its way there; give the https URL of the API (http is for this machine only)`,
    );
  }
  if (token) return remoteConnection({ url: base, token });
  const why = iam
    ? `requests to ${url.hostname} are signed by --iam`
    : `${url.hostname} is a host of API Gateway and SAVEPOINT_TOKEN is not set, so requests are signed as by --iam`;
  return remoteConnection({ url: base, sign: await signer(why) }, iam);
}

/** Signs with the keys of the environment, and tells a person without any what opens the API. */
async function signer(why: string): Promise<NonNullable<Address["sign"]>> {
  const { sigV4 } = await import("../lambda/sigv4/index.ts");
  const sign = sigV4();
  return async (request) => {
    try {
      return await sign(request);
    } catch (error) {
      // What the SDK throws when nobody and nothing gives it keys; it has no class of its own here.
      if (!(error instanceof Error) || error.name !== "CredentialsProviderError") throw error;
      throw new CliError(
        `${why}, and there are no AWS credentials: ${plainLine(error.message)}; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; or SAVEPOINT_TOKEN for an API that takes tokens`,
        { cause: error },
      );
    }
  };
}

/**
 * The words of a command as they can be typed here: through npm when that is how this one was, in the
 * repository. npx names itself as the script, and other projects have scripts of other names.
 */
function commandLine({ env }: Pick<Host, "env">, words: readonly string[]): string {
  const { npm_lifecycle_event: script = "npx", npm_package_name: project } = env;
  const isOurs = script !== "npx" && project === "savepoint";
  const start = isOurs ? "npm run savepoint --" : "npx savepoint";
  return [start, ...words.map(quoted)].join(" ");
}

const quoted = (word: string): string =>
  /^[\w./:@~=-]+$/.test(word) && !word.startsWith("~")
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
