import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { apiReports } from "../../package/exported-api.ts";

const FOLDER = join(import.meta.dirname, "../../docs/api");

test("docs/api tells what each entry exports; `npm run api-report` writes it", async () => {
  const reports = await apiReports();
  expect(readdirSync(FOLDER).toSorted()).toEqual([...reports.keys()].toSorted());
  for (const [name, text] of reports) expect(readFileSync(join(FOLDER, name), "utf8")).toBe(text);
  const client = reports.get("savepoint-client.md");
  expect(client).toContain("function connect(options: ConnectOptions): Savepoint;");
  expect(client).toContain("start<W = Workflow>(");
});
