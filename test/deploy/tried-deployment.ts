import { once } from "node:events";
import { createServer } from "node:net";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../lambda/core/clock.ts";
import { ENV } from "../../lambda/core/environment.ts";
import { deploy, destroy, type Outputs } from "../../localstack/emulators/deploy.ts";
import { EMULATED } from "../../localstack/emulators/environment.ts";
import { type MiniStack, startMiniStack } from "../../localstack/emulators/ministack.ts";
import { type HnSimulator, startHnSimulator } from "../../localstack/hn/server.ts";
import { answerTo } from "../support/model-answers.ts";
import { type OpenAiServer, startOpenAiServer } from "../support/openai-server.ts";

/** Code that is deployed: as it is first, changed, or such that it does not load. */
export type Code = "first" | "second" | "broken";

const PROJECT = fileURLToPath(new URL("app", import.meta.url));
/** Where each deployment has a copy of its own: what is synthesized goes into the project's folder. */
const COPIES = fileURLToPath(new URL("../../.savepoint/deploy-test", import.meta.url));
/** Name of the stack. */
const STACK = "Tried";

/** A MiniStack with the stack of these tests deployed to it, a Hacker News and a model on loopback. */
export class TriedDeployment {
  readonly emulator: MiniStack;
  readonly model: OpenAiServer;
  readonly #hn: HnSimulator;
  readonly #directory: string;
  readonly #project: string;
  readonly #auth: "tokens" | "iam";
  #outputs: Outputs = {};
  /** All that the CDK command line has printed. */
  printed = "";

  private constructor(
    parts: { emulator: MiniStack; hn: HnSimulator; model: OpenAiServer; directory: string },
    auth: "tokens" | "iam",
  ) {
    this.emulator = parts.emulator;
    this.model = parts.model;
    this.#hn = parts.hn;
    this.#directory = parts.directory;
    this.#auth = auth;
    this.#project = join(COPIES, auth);
    rmSync(this.#project, { recursive: true, force: true });
    cpSync(PROJECT, this.#project, { recursive: true });
  }

  /** Starts everything and deploys. @param auth with `iam`, policies and signatures are checked */
  static async of(auth: "tokens" | "iam"): Promise<TriedDeployment> {
    const directory = mkdtempSync(join(tmpdir(), "savepoint-ministack-"));
    const hn = await startHnSimulator();
    const emulator = await startMiniStack({
      directory,
      port: await freePort(),
      checksAccess: auth === "iam",
      // Not by the construct, which lets no project set it; functions inherit what the emulator is told.
      variables: { [ENV.sampleHnUrl]: hn.url },
    });
    const model = await startOpenAiServer((request) => ({
      kind: "answer",
      value: answerTo(request),
    }));
    const tried = new TriedDeployment({ emulator, hn, model, directory }, auth);
    await tried.deploy("first");
    return tried;
  }

  output(name: string): string {
    const value = this.#outputs[name];
    if (value === undefined) throw new Error(`the stack has no output ${name}`);
    return value;
  }

  /** Names of worker, API, sweeper and, with tokens, authorizer, in this order. */
  get functionNames(): readonly string[] {
    return this.output("FunctionNames").split(" ");
  }

  /** How a client of AWS reaches the emulator. */
  get connection() {
    const { region, credentials } = EMULATED;
    const { endpoint, certificate } = this.emulator;
    const requestHandler = certificate && {
      httpsAgent: new Agent({ ca: readFileSync(certificate) }),
    };
    return { endpoint, region, credentials, ...(requestHandler && { requestHandler }) };
  }

  async deploy(code: Code): Promise<void> {
    const stacks = await deploy(this.#options(code));
    this.#outputs = stacks[STACK] ?? {};
  }

  async destroy(): Promise<void> {
    await destroy(this.#options("first"));
  }

  async close(): Promise<void> {
    await this.emulator.stop();
    await Promise.all([this.#hn.close(), this.model.close()]);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #options(code: Code) {
    const { endpoint, certificate } = this.emulator;
    return {
      endpoint,
      ...(certificate !== undefined && { certificate }),
      project: this.#project,
      variables: {
        ...process.env,
        TRY_CODE: code,
        TRY_AUTH: this.#auth,
        TRY_MODEL_URL: this.model.url,
      },
      print: (text: string) => void (this.printed += text),
    };
  }
}

/** A port on 127.0.0.1 that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("no port is free");
  return address.port;
}

/** Looks again and again, as at anything that another process does, until it is there. */
export async function eventually<T>(
  what: string,
  withinMs: number,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = systemClock.monotonic() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (systemClock.monotonic() > deadline) throw new Error(`no ${what} within ${withinMs} ms`);
    await new Promise<void>((go) => void systemClock.after(250, go));
  }
}
