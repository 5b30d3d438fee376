import { resolve } from "node:path";
import { type ApiCalls, apiCalls } from "../lambda/http/api-calls.ts";
import { httpTransport } from "../lambda/http/transport.ts";
import { UsageError } from "./cli-error.ts";
import { type Connection, remoteConnection } from "./connection.ts";
import { connectStack, type Stack } from "./embedded-stack.ts";
import type { Host } from "./host.ts";
import { Screen } from "./screen.ts";

/** Options that every command takes. */
export interface GlobalOptions {
  /** Folder of the embedded stack, from the working folder. */
  readonly directory?: string;
  /** Base URL of the API to use instead of the embedded stack's. */
  readonly endpoint?: string;
  /** Signs requests to that API with the AWS keys of the environment. */
  readonly iam?: boolean;
}

/** What a command works with. */
export interface Session {
  readonly host: Host;
  readonly screen: Screen;
  readonly api: ApiCalls;
  /** The embedded stack; undefined when the API is somebody else's. */
  readonly stack: (() => Stack) | undefined;
  /** The command line of another command on the same API, to be shown. */
  readonly commandLine: (...words: readonly string[]) => string;
}

/** Where a stack keeps its data when nobody says. */
const DEFAULT_DIRECTORY = ".savepoint";

/** The folder of the embedded stack, absolute: `--directory`, else SAVEPOINT_DIRECTORY, else `.savepoint`. */
export const stackDirectory = ({ directory }: GlobalOptions, { env, cwd }: Host): string =>
  resolve(cwd, directory ?? (env["SAVEPOINT_DIRECTORY"] || DEFAULT_DIRECTORY));

/**
 * Connects to the API a command is for, and starts the embedded stack when it is that one's.
 * @throws UsageError for an endpoint that is no URL, CliError when the stack does not start
 */
export async function openSession(host: Host, options: GlobalOptions): Promise<Session> {
  const screen = new Screen(host.stderr);
  const { connection, stack } =
    options.endpoint === undefined
      ? await embedded(host, options, screen)
      : { connection: await remote(options.endpoint, options, host), stack: undefined };
  const transport = httpTransport(connection, {
    clock: host.clock,
    signal: host.interrupted,
    isTrusted: false,
  });
  return {
    host,
    screen,
    api: apiCalls(transport),
    stack,
    commandLine: (...words) => commandLine(host, [...words, ...connection.options]),
  };
}

async function embedded(
  host: Host,
  options: GlobalOptions,
  screen: Screen,
): Promise<{ connection: Connection; stack: () => Stack }> {
  const { directory } = options;
  const connection = await connectStack(stackDirectory(options, host), host, {
    options: directory === undefined ? [] : ["--directory", directory],
    say: (text) => screen.say(text),
  });
  return { connection, stack: () => connection.stack() };
}

/** An API Gateway's own host, which nothing opens but a token or a signature. */
const AWS_HOST = /\.execute-api\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/;

async function remote(
  endpoint: string,
  { iam = false }: GlobalOptions,
  { env }: Host,
): Promise<Connection> {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
    throw new UsageError(`--endpoint is "${endpoint}"; give the http or https URL of an API`);
  }
  const token = env["SAVEPOINT_TOKEN"];
  if (iam && token) {
    throw new UsageError(
      "both --iam and SAVEPOINT_TOKEN are given; unset the one or leave the other",
    );
  }
  const base = endpoint.replace(/\/+$/, "");
  if (token) return remoteConnection({ url: base, token });
  if (!iam && !AWS_HOST.test(url.hostname)) return remoteConnection({ url: base });
  const { sigV4 } = await import("../lambda/sigv4/index.ts");
  return remoteConnection({ url: base, sign: sigV4() });
}

/** The words of a command as they can be typed here: through npm when that is how this one was. */
function commandLine({ env }: Pick<Host, "env">, words: readonly string[]): string {
  const start = env["npm_lifecycle_event"] === undefined ? "npx savepoint" : "npm run savepoint --";
  return [start, ...words.map(quoted)].join(" ");
}

const quoted = (word: string): string =>
  /^[\w./:@~=-]+$/.test(word) && !word.startsWith("~")
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
