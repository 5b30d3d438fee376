import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type FakeApi, FAKE_PID, startFakeApi } from "./fake-api.ts";
import { fakeHost, type FakeHost } from "./fake-host.ts";

/** The token of the fake stack. */
export const TOKEN = "secret-of-this-start";

/** What most tests of commands need. */
export interface Stage {
  readonly folder: string;
  /** Works in that folder. */
  readonly host: FakeHost;
  readonly api: FakeApi;
}

/** Makes a folder, a host and an API; they go when the test is over. */
export async function stage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "savepoint-cli-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const api = await startFakeApi();
  onTestFinished(() => api.close());
  return { folder, host: fakeHost(folder), api };
}

/** Writes the file by which a running stack is found, all at once as a stack does. */
export async function announceStack(
  folder: string,
  { url }: Pick<FakeApi, "url">,
  facts: object = {},
): Promise<void> {
  const path = join(folder, "stack.json");
  await writeFile(
    `${path}.new`,
    JSON.stringify({ pid: FAKE_PID, api: url, token: TOKEN, ...facts }),
  );
  await rename(`${path}.new`, path);
}
