import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../cli/main.ts";
import { RESEARCH_CONFIG } from "../../localstack/embedded/research-config.ts";
import { failure } from "./fake-api.ts";
import { announceStack, type Stage, stage } from "./fixture.ts";

/** A folder whose stack is up. */
async function running(config: string): Promise<Stage> {
  const made = await stage();
  const { api, folder } = made;
  api.config = config;
  await mkdir(join(folder, ".savepoint"));
  await announceStack(join(folder, ".savepoint"), api);
  return made;
}

const STARTED = "2026-01-01T00:00:00.000Z";

describe("start on a stack that is up already", () => {
  it("says in a line that it serves other code than the folder has now", async () => {
    const { folder, host } = await running(RESEARCH_CONFIG);
    await writeFile(join(folder, "savepoint.config.ts"), "");
    expect(await main(["start", "digest", "--id", "d"], host)).toBe(0);
    expect(host.stderr.lines[0]).toBe(
      `the stack in ${join(folder, ".savepoint")}, up since ${STARTED}, serves the research app: no savepoint.config.ts was found when it was started; npx savepoint dev --stop ends it, and the next command starts it anew with what is there then`,
    );
    expect(host.stdout.lines).toEqual(["d"]);
  });

  it("names the configuration that it serves, and how to end that very stack", async () => {
    const { folder, host } = await running("/elsewhere/savepoint.config.ts");
    await writeFile(join(folder, "savepoint.config.ts"), "");
    await main(["start", "digest", "--directory", ".savepoint"], host);
    expect(host.stderr.lines[0]).toContain("elsewhere/savepoint.config.ts; ");
    expect(host.stderr.lines[0]).toContain("npx savepoint dev --stop --directory .savepoint ends");
  });

  it("says nothing when it serves the folder's own, or the folder has none", async () => {
    const { folder, host, api } = await running("/elsewhere/savepoint.config.ts");
    await main(["start", "digest"], host);
    api.config = join(folder, "savepoint.config.ts");
    await writeFile(api.config, "");
    await main(["start", "digest"], host);
    expect(host.stderr.text).not.toContain("serves");
  });

  it("tells with an unknown workflow what is served, and how that changes", async () => {
    const { host, api } = await running(RESEARCH_CONFIG);
    const answer = failure(404, "workflow_not_found", 'there is no workflow "digest"');
    api.intercept = ({ method }) => (method === "POST" ? answer : undefined);
    expect(await main(["start", "digest"], host)).toBe(1);
    expect(host.stderr.lines).toEqual([
      'error: there is no workflow "digest"',
      expect.stringMatching(/^ {2}the stack .* no savepoint\.config\.ts was found /),
      expect.stringMatching(/^ {2}while savepoint dev runs .* npx savepoint dev --stop ends it/),
    ]);
    await main(["start", "digest", "--endpoint", api.url], host);
    expect(host.stderr.lines.slice(3)).toEqual(['error: there is no workflow "digest"']);
  });
});
