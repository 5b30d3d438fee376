import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { until } from "../localstack/lambda-host/functions.ts";

/** What a run looks like over HTTP. */
export interface ShownRun {
  readonly status: string;
  readonly output?: string;
  readonly error?: { readonly name: string; readonly message: string };
  readonly recoveries: number;
}

/** Variables by which a command would know that it runs inside of another project's script. */
const OF_ANOTHER =
  /^(npm_(lifecycle|package|command)|INIT_CWD|AWS_|OPENAI_|SAVEPOINT_|VITEST|NODE_ENV)/;

/** A folder that somebody works in, with commands of one version of Node. */
export class Project {
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #started: ChildProcess[] = [];

  /** @param bin folder of that Node */
  constructor(folder: string, bin: string) {
    this.folder = folder;
    const own = Object.entries(process.env).filter(([name]) => !OF_ANOTHER.test(name));
    this.#env = {
      ...Object.fromEntries(own),
      PATH: [bin, process.env["PATH"]].join(delimiter),
      CI: "true",
      NO_COLOR: "1",
      CDK_DISABLE_CLI_TELEMETRY: "true",
    };
  }

  /**
   * Runs a command to its end and gives what it prints.
   * @throws Error with all that it printed when it fails
   */
  async run(command: string, ...words: readonly string[]): Promise<string> {
    const child = this.#spawn(command, words);
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit"),
    ]);
    if (code === 0) return out;
    throw new Error(`${command} ${words.join(" ")}: exit code ${code}\n${out}${err}`);
  }

  /** Starts `savepoint dev`, and waits until it tells where the API is. */
  async dev(): Promise<Dev> {
    // Without npx between, which keeps Ctrl-C from it when nothing else gets it.
    const dev = new Dev(this.#spawn("node_modules/.bin/savepoint", ["dev"]));
    await dev.until("API ");
    await dev.until("the stack is up");
    return dev;
  }

  /** Runs a module that has `savepoint`, a client of the stack that runs here; gives what it returns. */
  async client<T>(body: string): Promise<T> {
    const { api, token } = JSON.parse(this.read(".savepoint/stack.json")) as Record<string, string>;
    const module = [
      `import { connect } from "savepoint/client";`,
      `const savepoint = connect(${JSON.stringify({ endpoint: api, token })});`,
      `const result = await (async () => { ${body} })();`,
      `console.log(JSON.stringify(result ?? null));`,
    ].join("\n");
    return JSON.parse(await this.run("node", "--input-type=module", "--eval", module)) as T;
  }

  /** A run once it has finished, or is blocked. */
  ended = (id: string): Promise<ShownRun> =>
    this.client(`
      const run = savepoint.get(${JSON.stringify(id)});
      for (;;) {
        const shown = await run.wait({ timeout: "1s" });
        if (["succeeded", "failed", "cancelled", "blocked"].includes(shown.status)) return shown;
      }`);

  /** Has the worker killed after so many further recorded steps. */
  async crashAfter(steps: number): Promise<void> {
    const { api, token } = JSON.parse(this.read(".savepoint/stack.json")) as Record<string, string>;
    await fetch(`${api}/__savepoint/crash-after`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ steps }),
    });
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }

  /** Edits a file. Throws when there is nothing to replace. */
  edit(name: string, from: string, to: string): void {
    const before = this.read(name);
    if (!before.includes(from)) throw new Error(`${name} has no ${from}`);
    writeFileSync(join(this.folder, name), before.replace(from, to));
  }

  /** Ends whatever still runs here. */
  async close(): Promise<void> {
    for (const child of this.#started) child.kill("SIGKILL");
    await this.run("npx", "savepoint", "dev", "--stop");
  }

  #spawn(command: string, words: readonly string[]) {
    const child = spawn(command, words, {
      cwd: this.folder,
      env: this.#env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#started.push(child);
    return child;
  }
}

/** A `savepoint dev` that runs. */
export class Dev {
  readonly #child: ChildProcess;
  #printed = "";
  #seen = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => (this.#printed += chunk));
    }
  }

  /** Waits until it prints a text, after what was waited for before; gives the line. */
  async until(wanted: string): Promise<string> {
    await until(() => this.#printed.includes(wanted, this.#seen) || this.#child.exitCode !== null);
    const at = this.#printed.indexOf(wanted, this.#seen);
    if (at < 0) throw new Error(`savepoint dev has ended without "${wanted}":\n${this.#printed}`);
    const end = this.#printed.indexOf("\n", at);
    this.#seen = at + wanted.length;
    return this.#printed.slice(this.#printed.lastIndexOf("\n", at) + 1, end < 0 ? undefined : end);
  }

  /** Ends it as Ctrl-C does, and gives its exit code. */
  async interrupt(): Promise<unknown> {
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGINT");
    return (await exit)[0];
  }
}
