import { afterEach, expect, it } from "vitest";
import { type Context, type Event, type Workflow, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";

let world: World | undefined;
afterEach(() => world?.end());

const named = "child" as unknown as Workflow;
const decision = "decision" as unknown as Event;
const missing = undefined as unknown as Event & Workflow;

it.each<[string, (ctx: Context) => Promise<unknown>, string]>([
  ["waitFor", (ctx) => ctx.waitFor(decision), 'an event made by event(), and got "decision"'],
  ["waitFor", (ctx) => ctx.waitFor(missing), "an event made by event(), and got undefined"],
  ["send", (ctx) => ctx.send("other", decision, 1), 'an event made by event(), and got "decision"'],
  ["run", (ctx) => ctx.run(named, 1), 'a workflow made by workflow(), and got "child"'],
  ["start", (ctx) => ctx.start(missing, 1), "a workflow made by workflow(), and got undefined"],
  [
    "start",
    (ctx) => ctx.start((async () => 1) as unknown as Workflow, 1),
    "a workflow made by workflow(), and got a function",
  ],
])("ctx.%s says what it takes, and records nothing", async (_, run, message) => {
  const flow = workflow("flow", {}, (ctx: Context, __: undefined) => run(ctx));
  const made = await World.create({ workflows: [flow] });
  world = made;
  const refused = { code: "invalid_argument", message: expect.stringContaining(message) as string };
  await expect(made.run(flow, undefined)).rejects.toMatchObject(refused);
  expect(await made.until(made.savepoint.get("run").history())).toEqual([]);
});

it("a client says what start and send take", async () => {
  const made = await World.create({ workflows: [] });
  world = made;
  const { savepoint } = made;
  await expect(savepoint.start(named, 1)).rejects.toThrow(
    'start takes a workflow made by workflow(), and got "child"',
  );
  await expect(savepoint.get("run").send(decision, 1)).rejects.toThrow(
    'send takes an event made by event(), and got "decision"',
  );
});
