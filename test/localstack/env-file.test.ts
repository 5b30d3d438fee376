import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readEnvFile } from "../../localstack/embedded/env-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "variables-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function read(text: string): Record<string, string> {
  const path = join(folder, ".env");
  writeFileSync(path, text);
  return readEnvFile(path);
}

describe("a file of variables", () => {
  test("is read as Node reads one", () => {
    const text = `# of this machine
API_URL=http://127.0.0.1:8080/v1 # the fake
export GREETING="hello, 'you'"
EMPTY=
OPENAI_API_KEY=sk-local
AWSOME=yes
`;
    expect(read(text)).toEqual({
      API_URL: "http://127.0.0.1:8080/v1",
      GREETING: "hello, 'you'",
      EMPTY: "",
      OPENAI_API_KEY: "sk-local",
      AWSOME: "yes",
    });
  });

  test.each([
    "AWS_PROFILE",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "SAVEPOINT_TABLE",
    "LAMBDA_TASK_ROOT",
    "NODE_OPTIONS",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
  ])("is refused with a name that the stack or Lambda sets: %s", (name) => {
    const text = `API_URL=x\n${name}=secret-of-mine\n`;
    expect(() => read(text)).toThrow(
      `${join(folder, ".env")} has ${name}, which the embedded stack or Lambda sets itself; take it out`,
    );
    expect(() => read(text)).not.toThrow("secret-of-mine");
  });

  test("that cannot be read is named, with the reason", () => {
    expect(() => readEnvFile(join(folder, "none"))).toThrow(
      /variables in .*none cannot be read: ENOENT/,
    );
    expect(() => readEnvFile(folder)).toThrow(/cannot be read: EISDIR/);
  });
});
