import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { deploymentFrom } from "../../infra/deployment.ts";
import { bundleFunctionSync } from "../../localstack/embedded/bundle.ts";

let directory: string;
beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), "deployed-"))));
afterAll(() => rmSync(directory, { recursive: true }));

/** Bytes of language data in a function of the research app, deployed with these choices. */
function languageData(role: "worker" | "api" | "sweeper", choices: Record<string, string>): number {
  const { workflows } = deploymentFrom((name) => choices[name]);
  if (typeof workflows !== "string") throw new Error("the research app is bundled from its code");
  const source = { role, config: resolve(workflows) } as const;
  const { outputs } = bundleFunctionSync(source, join(directory, role)).metafile;
  return Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([path]) => /node_modules\/wink-/.test(path))
    .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
}

it.each(["worker", "api", "sweeper"] as const)(
  "the %s of the research app has no language data when nothing is chosen",
  (role) => expect(languageData(role, {})).toBe(0),
);

it.each([{ extractive: "true" }, { topic: "durable execution" }])(
  "its worker has them when it is deployed with %o",
  (choices) => expect(languageData("worker", choices)).toBeGreaterThan(3_000_000),
);
