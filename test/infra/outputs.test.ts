import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Template } from "aws-cdk-lib/assertions";
import { expect, it, onTestFinished } from "vitest";
import { withStack } from "./synthesize.ts";

/** Names of the outputs that a page reads of a stack, by a command's `.<stack>.<output>`. */
const namesIn = (page: string, stack: string) =>
  [...readFileSync(page, "utf8").matchAll(new RegExp(`\\.${stack}\\.(\\w+)`, "g"))].map(
    ([, name]) => name,
  );

/** How long a synthesis of its own process may take where others work, too, milliseconds. */
const SYNTHESIS_MS = 180_000;

/** A project as `savepoint init` writes it, inside of the repository so that it finds the library. */
function project(): string {
  mkdirSync(".savepoint", { recursive: true });
  const folder = mkdtempSync(join(process.cwd(), ".savepoint/template-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync("cli/template", folder, { recursive: true });
  return folder;
}

it(
  "a new project's stack tells of its API, its functions and its tokens",
  { timeout: SYNTHESIS_MS },
  () => {
    const folder = project();
    const app = join(folder, "infra/app.ts");
    const text = readFileSync(app, "utf8");
    writeFileSync(app, text.replace("  schedules:", "  auth: { tokens: true },\n  schedules:"));
    const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", "infra/app.ts"], {
      cwd: folder,
      encoding: "utf8",
      // Where the CDK command line has an app synthesize itself to.
      env: { ...process.env, CDK_OUTDIR: "cdk.out" },
    });
    expect(status, stderr).toBe(0);
    const template = readFileSync(join(folder, "cdk.out/Digest.template.json"), "utf8");
    const { Outputs } = JSON.parse(template) as { readonly Outputs: Record<string, unknown> };
    expect(Object.keys(Outputs)).toEqual(["ApiUrl", "FunctionNames", "TokensSecretArn"]);
    const names = JSON.stringify(Outputs["FunctionNames"]).matchAll(/"Savepoint(\w+?)Function/g);
    expect([...names].map(([, id]) => id)).toEqual(["Worker", "ApiHandler", "Sweeper", "Auth"]);
    expect(namesIn("docs/getting-started.md", "Digest")).toEqual(["ApiUrl"]);
  },
);

it("the guide to a deployment reads outputs that the research app has", () => {
  const told = withStack({ auth: { tokens: true } }, (stack) =>
    Template.fromStack(stack).findOutputs("*"),
  );
  const read = namesIn("docs/deploy.md", "Savepoint");
  expect(new Set(read)).toEqual(new Set(["ApiUrl", "TokensSecretArn", "FunctionNames"]));
  expect(Object.keys(told)).toEqual(expect.arrayContaining(read));
});
