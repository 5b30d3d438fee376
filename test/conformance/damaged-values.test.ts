import { describe, expect, it } from "vitest";
import { type Context, event, ValueUnreadableError, workflow } from "../../lambda/index.ts";
import { historyOf } from "../../lambda/store/meta.ts";
import { changeItem } from "../engine/table-item.ts";
import { openWorld, outcome } from "./stage.ts";

/** What no version of the library writes. */
const DAMAGED = { ":damaged": { S: "~not devalue" } };

describe("a recorded value that cannot be read", () => {
  it("58. fails the run at once when it is the input", async () => {
    let calls = 0;
    const flow = workflow("flow", {}, async () => (calls += 1));
    const world = await openWorld([flow], { deliver: () => false });
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    await changeItem(
      world,
      { pk: "RUN#run", sk: "META" },
      { update: "SET #input = :damaged", names: { "#input": "input" }, values: DAMAGED },
    );
    await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    expect(await outcome(world, run.result())).toBeInstanceOf(ValueUnreadableError);
    const meta = await world.until(world.store.readRun("run"));
    expect(meta).toMatchObject({ status: "failed", epoch: 1 });
    expect(calls).toBe(0);
  });
});
