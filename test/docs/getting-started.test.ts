import { expect, test } from "vitest";
import { approval } from "../../docs/examples/getting-started.ts";
import { expense } from "../../docs/examples/events.ts";
import { createApi } from "../../lambda/api/create-api.ts";
import { FakeSavepoint } from "../api/fake-savepoint.ts";

test("a page has an expense approved, knowing nothing of the workflow but its type", async () => {
  const savepoint = new FakeSavepoint([expense]);
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const api = createApi({ savepoint, version: "1", log });
  const options = {
    endpoint: "https://api.example",
    newId: () => "expense-1",
    async fetch(request: Request) {
      const run = savepoint.runs.get("expense-1");
      if (run) savepoint.put(run.id, { ...run, status: "succeeded", output: "approved by boss" });
      return api.fetch(request);
    },
  };
  expect(await approval(options, 40)).toBe("approved by boss");
  expect(savepoint.runs.get("expense-1")).toMatchObject({
    workflow: "expense",
    input: { euros: 40 },
  });
});
