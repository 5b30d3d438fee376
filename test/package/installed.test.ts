import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FLAGS, nodeOf } from "./node-of.ts";
import { type Dev, Project } from "./project.ts";

/** Largest tarball, bytes. */
const TARBALL_MAX = 1_500_000;

const folder = mkdtempSync(join(tmpdir(), "savepoint-package-"));
let tarball: string;
let bytes: number;

beforeAll(async () => {
  const run = promisify(execFile);
  await run("npm", ["run", "build"]);
  const pack = ["pack", "./dist/package", "--json", "--pack-destination", folder];
  const [packed] = JSON.parse((await run("npm", pack)).stdout) as [
    { readonly filename: string; readonly size: number },
  ];
  tarball = join(folder, packed.filename);
  bytes = packed.size;
});
afterAll(() => rmSync(folder, { recursive: true }));

test("the tarball is small", () => {
  process.stdout.write(`the tarball has ${Math.round(bytes / 1024)} KB\n`);
  expect(bytes).toBeLessThan(TARBALL_MAX);
});

describe.each([20, 22])("in an empty folder, on Node %i", (major) => {
  let project: Project;
  let dev: Dev;

  beforeAll(async () => {
    const home = join(folder, `node-${major}`, "my-digest");
    mkdirSync(home, { recursive: true });
    project = new Project(home, await nodeOf(major, join(folder, `node-${major}`, "node")));
  });
  afterAll(() => project.close());

  test("savepoint init writes a project, whose types are right and whose test passes", async () => {
    expect(await project.run("node", "--version")).toMatch(new RegExp(`^v${major}\\.`));
    await project.run("npm", "install", ...FLAGS, tarball);
    expect(await project.run("npx", "savepoint", "init")).toContain("wrote  savepoint.config.ts");
    await project.run("npm", "install", ...FLAGS);
    expect(await project.run("npm", "test")).toContain("pass 2");
    await project.run("npx", "tsc");
  });

  test("the stack of the project's construct is synthesized", async () => {
    await project.run("npx", "cdk", "synth", "--quiet");
    const template = project.read("cdk.out/Digest.template.json");
    expect(template).toMatch(/AWS::DynamoDB::(Global)?Table/);
    expect(template).toContain("AWS::Lambda::Function");
    expect(Object.keys(outputs())).toEqual(["ApiUrl", "FunctionNames"]);
    // The authorizer is bundled by itself, from a file that nothing imports.
    project.edit("infra/app.ts", "  schedules:", "  auth: { tokens: true },\n  schedules:");
    await project.run("npx", "cdk", "synth", "--quiet");
    expect(project.read("cdk.out/Digest.template.json")).toContain("AWS::ApiGateway::Authorizer");
    expect(outputs()).toHaveProperty("TokensSecretArn");
  });

  test("savepoint research needs nothing else, and has a stack of its own", async () => {
    const out = await project.run("npx", "--offline", "savepoint", "research", "--json");
    expect(JSON.parse(out)).toMatchObject({ status: "succeeded" });
    await project.run("npx", "savepoint", "dev", "--stop", "--directory", ".savepoint/research");
  });

  test("savepoint dev runs the workflow, which resumes when its worker is killed", async () => {
    dev = await project.dev();
    await project.crashAfter(1);
    const id = await start("killed");
    await dev.until("SIGKILL sent to worker process");
    const run = await project.ended(id);
    expect(run).toMatchObject({
      status: "succeeded",
      output: "x in theory: worth reading\nx in practice: worth reading",
    });
    expect(run.recoveries).toBeGreaterThan(0);
  });

  test("a run in flight goes on under the code that is edited meanwhile", async () => {
    const id = await startAndPause("edited");
    project.edit("src/digest.ts", "worth reading", "read it");
    await dev.until("reloaded");
    await resume(id);
    expect((await project.ended(id)).output).toBe("x in theory: read it\nx in practice: read it");
  });

  test("code that does not compile is told with file and line, and changes nothing", async () => {
    project.edit("src/digest.ts", "return lines", "return = lines");
    await dev.until("not reloaded, the code from before goes on:");
    expect(await dev.until("src/digest.ts:")).toBe('  src/digest.ts:14:12: Unexpected "="');
    const id = await start("meanwhile");
    expect((await project.ended(id)).status).toBe("succeeded");
    project.edit("src/digest.ts", "return = lines", "return lines");
  });

  test("a run that the code no longer fits is blocked with the reason, until the code fits again", async () => {
    const id = await startAndPause("blocked");
    project.edit("src/digest.ts", '"search"', '"seek"');
    await dev.until("reloaded");
    await resume(id);
    expect(await dev.until("run blocked run=blocked")).toContain('expected step \\"search\\"');
    project.edit("src/digest.ts", '"seek"', '"search"');
    await dev.until("reloaded");
    const wait = `return savepoint.get(${JSON.stringify(id)}).result({ timeout: "1m" });`;
    expect(await project.client(wait)).toContain("x in theory");
  });

  test("Ctrl-C ends it in good order", async () => {
    expect(await dev.interrupt()).toBe(0);
    expect(await project.run("npx", "savepoint", "dev", "--stop")).toContain("no stack is running");
  });

  /** What the project's stack tells of itself, as it was synthesized last. */
  const outputs = (): Record<string, unknown> =>
    JSON.parse(project.read("cdk.out/Digest.template.json")).Outputs;

  /** Starts a run by the command line. */
  async function start(id: string): Promise<string> {
    const words = ["savepoint", "start", "digest", "--input", '{"topic":"x"}', "--id", id];
    expect(await project.run("npx", ...words)).toBe(`${id}\n`);
    return id;
  }

  /** Starts one by the client, and has it stand still once its first step is recorded. */
  const startAndPause = (id: string): Promise<string> =>
    project.client(`
      const run = await savepoint.start("digest", { topic: "x" }, { id: "${id}" });
      const until = async (holds) => {
        while (!(await holds())) await new Promise((go) => setTimeout(go, 20));
      };
      await until(async () => (await run.history()).some(({ state }) => state === "succeeded"));
      await run.pause();
      await until(async () => (await run.status()) === "paused");
      return run.id;`);

  const resume = (id: string): Promise<unknown> =>
    project.client(`await savepoint.get("${id}").resume();`);
});
