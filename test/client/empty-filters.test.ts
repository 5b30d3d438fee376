import { describe, expect, test } from "vitest";
import { InvalidArgumentError, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { clientOverFake } from "../http/over-fake.ts";

const flow = workflow("flow", {}, async () => "done");

describe.each([
  ["status", { workflow: "flow", status: [] }],
  ["workflow", { workflow: [], status: "failed" as const }],
])("a filter whose %s is an empty list", (name, filter) => {
  test("is refused inside the account", async () => {
    const world = await World.create({ workflows: [flow] });
    await world.run(flow, undefined);
    const refusal = `${name} is an empty list`;
    await expect(world.until(world.savepoint.list(filter))).rejects.toThrow(refusal);
    await expect(world.until(world.savepoint.bulk("delete", filter))).rejects.toThrow(refusal);
    expect(await world.until(world.savepoint.get("run").status())).toBe("succeeded");
    await world.end();
  });

  test("is refused over HTTP, where it would mean all of them", async () => {
    const { savepoint, requests } = clientOverFake();
    for (const asked of [savepoint.list(filter), savepoint.bulk("delete", filter)]) {
      await expect(asked).rejects.toBeInstanceOf(InvalidArgumentError);
    }
    expect(requests).toEqual([]);
  });
});
