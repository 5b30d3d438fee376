import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { expect, it, vi } from "vitest";
import operate from "../../docs/examples/operate.ts";
import { DigestStack } from "../../docs/examples/construct.ts";
import { configOf } from "../../lambda/index.ts";

it("is refused where the project has no library, by its name, and has its schedule", () => {
  const folder = mkdtempSync(join(tmpdir(), "savepoint-docs-"));
  writeFileSync(
    join(folder, "savepoint.config.ts"),
    `export { default } from ${JSON.stringify(join(process.cwd(), "docs/examples/operate.ts"))};`,
  );
  // The project is elsewhere, but has the library.
  const resolved = vi.spyOn(process, "cwd").mockReturnValue(folder);
  try {
    expect(() => new DigestStack(new App(), "Digest")).toThrow(/Could not resolve "savepoint"/);
  } finally {
    resolved.mockRestore();
    rmSync(folder, { recursive: true });
  }
});

it("tells of its runs by OpenTelemetry", () => {
  const { workflows, telemetry } = configOf({ default: operate });
  expect(workflows.map(({ name }) => name)).toEqual(["checkout"]);
  expect(telemetry).toHaveProperty("attempt");
});
