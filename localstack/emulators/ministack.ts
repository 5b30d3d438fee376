import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { get as getHttp } from "node:http";
import { get as getHttps } from "node:https";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Clock, systemClock } from "../../lambda/core/clock.ts";

/** Where `npm run ministack:install` puts it. */
const INSTALLED = fileURLToPath(
  new URL("../../.savepoint/ministack/bin/ministack", import.meta.url),
);

/** How to start MiniStack. */
export interface MiniStackOptions {
  /** Folder of what it keeps and of its log; made when missing. */
  readonly directory: string;
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** Has it check signatures and policies, over TLS (default false). */
  readonly checksAccess?: boolean;
  /** Variables that its functions have besides their own (default: none); an account's functions inherit none. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Its program. Default: the one that `npm run ministack:install` has put there. */
  readonly program?: string;
  readonly clock?: Clock;
}

/** A MiniStack that answers. */
export interface MiniStack {
  /** URL of all its services. */
  readonly endpoint: string;
  /** File of the certificate that it answers with; absent without TLS. */
  readonly certificate?: string;
  /** File that it logs to. */
  readonly log: string;
  readonly pid: number;
  /** Ends it and the functions that it has started. */
  readonly stop: () => Promise<void>;
}

const LOOK_MS = 50;
const LOOK_TIMEOUT_MS = 1_000;
const START_TIMEOUT_MS = 30_000;

/**
 * Starts MiniStack, an AWS emulator written in Python, on loopback only.
 * @throws Error that says how to install it when it is not there, and one with the name of its log when
 * it does not start
 */
export async function startMiniStack(options: MiniStackOptions): Promise<MiniStack> {
  const { directory, port, checksAccess = false, program = INSTALLED } = options;
  if (!existsSync(program)) {
    throw new Error(
      `there is no MiniStack at ${program}; install it with \`npm run ministack:install\` ` +
        "(Python 3.10 or newer with venv, which Debian has in python3-venv)",
    );
  }
  const folder = (name: string): string => {
    const path = join(directory, name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  };
  const log = join(folder("."), "ministack.log");
  // Its own scripts are CommonJS, and would be taken for modules in a project that is one.
  writeFileSync(join(directory, "package.json"), '{"type":"commonjs"}');
  const out = await open(log, "a", 0o600);
  const endpoint = `${checksAccess ? "https" : "http"}://127.0.0.1:${port}`;
  const child = spawn(program, [], {
    stdio: ["ignore", out.fd, out.fd],
    // A group of its own, so that its functions end with it.
    detached: true,
    // Functions inherit it: nothing of this process's own.
    env: {
      PATH: [dirname(program), dirname(process.execPath), process.env["PATH"]].join(delimiter),
      HOME: folder("home"),
      TMPDIR: folder("tmp"),
      STATE_DIR: folder("state"),
      S3_DATA_DIR: folder("s3"),
      BIND_HOST: "127.0.0.1",
      MINISTACK_HOST: "127.0.0.1",
      GATEWAY_PORT: String(port),
      // It would listen on all addresses.
      IOT_MTLS_ENABLED: "0",
      ...(checksAccess && { AUTH: "true", USE_SSL: "1" }),
      ...options.variables,
    },
  });
  await out.close();
  const stop = () => end(child);
  // It makes one of its own, which nobody trusts by themselves (`core/tls.py` of MiniStack 1.5.33).
  const tls = checksAccess
    ? { certificate: join(directory, "tmp", "ministack-tls", "server.crt") }
    : {};
  try {
    const answers = () => isHealthy(`${endpoint}/_ministack/health`, tls.certificate);
    await answering(answers, child, log, options.clock ?? systemClock);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, ...tls, log, pid: child.pid ?? 0, stop };
}

async function answering(
  answers: () => Promise<boolean>,
  child: ChildProcess,
  log: string,
  clock: Clock,
): Promise<void> {
  const deadline = clock.monotonic() + START_TIMEOUT_MS;
  for (;;) {
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    if (await answers()) return;
    if (hasEnded || clock.monotonic() > deadline) {
      throw new Error(`MiniStack ${hasEnded ? "has ended" : "is not up after 30 s"}; see ${log}`);
    }
    await new Promise<void>((go) => void clock.after(LOOK_MS, go));
  }
}

/** False also while it is not listening yet: the deadline decides when that is too long. */
async function isHealthy(url: string, certificate: string | undefined): Promise<boolean> {
  if (certificate !== undefined && !existsSync(certificate)) return false;
  return new Promise((resolve) => {
    const request =
      certificate === undefined
        ? getHttp(url, { timeout: LOOK_TIMEOUT_MS })
        : getHttps(url, { timeout: LOOK_TIMEOUT_MS, ca: readFileSync(certificate) });
    request
      .once("response", (response) => resolve(response.resume().statusCode === 200))
      .once("timeout", () => request.destroy(new Error("it does not answer in time")))
      .once("error", () => resolve(false));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  process.kill(-child.pid, "SIGKILL");
  await ended;
}
