import { afterEach, describe, expect, it, vi } from "vitest";
import { type NamedSavepoint } from "../../lambda/client/savepoint.ts";
import {
  connect,
  type Context,
  createWorker,
  InvalidArgumentError,
  type StepContext,
  ValueNotSerializableError,
  workflow,
  WorkflowNotFoundError,
} from "../../lambda/index.ts";
import { outcome } from "../engine/outcome.ts";
import { openWorld, play, REPLAYING } from "./stage.ts";

afterEach(() => vi.unstubAllEnvs());

describe("what a workflow returns", () => {
  it.each([5, "text", true, null, undefined, { a: [1, { b: "c" }] }, []])(
    "1. a run gives back what its function returned: %j",
    async (value) => {
      const { output, described } = await play(async () => value);
      expect(output).toEqual(value);
      expect(described.status).toBe("succeeded");
    },
  );

  it("1. a loop of 300 steps runs each of them once", async () => {
    const bodies: number[] = [];
    const { output, history } = await play(async (ctx) => {
      let sum = 0;
      for (let n = 0; n < 300; n += 1) {
        sum += await ctx.step("add", () => {
          bodies.push(n);
          return n;
        });
      }
      return sum;
    });
    expect(output).toBe(44_850);
    expect(bodies).toEqual(Array.from({ length: 300 }, (_, n) => n));
    expect(history).toHaveLength(300);
  });
});

class Greeter {
  readonly #greeting: string;
  constructor(greeting: string) {
    this.#greeting = greeting;
  }
  static async greet(this: void, ctx: Context, name: string): Promise<string> {
    return ctx.step("greet", () => `hello ${name}`);
  }
  async greet(ctx: Context, name: string): Promise<string> {
    return ctx.step("greet", () => `${this.#greeting} ${name}`);
  }
}

async function greet(ctx: Context, name: string): Promise<string> {
  return ctx.step("greet", () => `hello ${name}`);
}

const traced =
  (run: typeof greet): typeof greet =>
  (ctx, name) =>
    run(ctx, name);

describe("how a workflow is declared", () => {
  const greeter = new Greeter("hello");
  it.each<[string, typeof greet]>([
    ["function", greet],
    ["arrow function", (ctx, name) => ctx.step("greet", () => `hello ${name}`)],
    ["static method", Greeter.greet],
    ["method of an instance", (ctx, name) => greeter.greet(ctx, name)],
    ["wrapped function", traced(greet)],
  ])("2. a %s does the same as any other", async (_, run) => {
    const flow = workflow("flow", {}, run);
    const world = await openWorld([flow], REPLAYING);
    expect(await world.run(flow, "ada")).toBe("hello ada");
    expect(await world.until(world.savepoint.get("run").history())).toMatchObject([
      { key: "greet", kind: "step", state: "succeeded", attempts: 1 },
    ]);
  });

  it("3. two workflows of one name are refused", async () => {
    const one = workflow("same", {}, async () => 1);
    const other = workflow("same", {}, async () => 2);
    await expect(openWorld([one, other])).rejects.toThrow('two workflows are named "same"');
  });

  it("3. a workflow that nobody knows cannot be started by its name", async () => {
    const known = workflow("known", {}, async () => 1);
    const world = await openWorld([known]);
    const savepoint = world.savepoint as NamedSavepoint;
    const refused = await outcome(world, savepoint.startByName("unknown", 1));
    expect(refused).toBeInstanceOf(WorkflowNotFoundError);
    expect((refused as Error).message).toContain("known");
    expect(await world.until(world.savepoint.list())).toEqual({ runs: [] });
  });

  it("4. without a table and a queue nothing can be made, and the error names what is missing", () => {
    vi.stubEnv("SAVEPOINT_TABLE", undefined);
    const flow = workflow("flow", {}, async () => 1);
    for (const make of [() => connect(), () => createWorker({ workflows: [flow] })]) {
      expect(make).toThrow(InvalidArgumentError);
      expect(make).toThrow("the environment has no SAVEPOINT_TABLE; set it");
    }
  });

  it("4. a workflow added to a worker that is at work is not known to it, and its run is blocked", async () => {
    const first = workflow("first", {}, async () => 1);
    const late = workflow("late", {}, async () => 2);
    const workflows = [first];
    const world = await openWorld(workflows, { concurrency: 1 });
    expect(await world.run(first, undefined)).toBe(1);
    workflows.push(late);
    const run = await world.until(world.savepoint.start(late, undefined));
    await world.pass(5_000);
    expect(await world.until(run.describe())).toMatchObject({
      status: "blocked",
      error: { code: "workflow_not_found", message: expect.stringContaining('"late"') as string },
    });
  });

  it("6. a step's body is a plain function, which can be called without a run", async () => {
    const fetchName = ({ attempt }: Pick<StepContext, "attempt">) => `ada, attempt ${attempt}`;
    const { world, output } = await play((ctx) => ctx.step("fetch", fetchName));
    const { calls } = world;
    expect(fetchName({ attempt: 1 })).toBe(output);
    await world.pass(60_000);
    expect(world.calls).toBe(calls);
    expect(await world.until(world.savepoint.get("run").history())).toHaveLength(1);
  });
});

it("7. a run whose function throws is failed, and whoever asks gets the same error", async () => {
  const flow = workflow("flow", {}, async () => {
    throw Object.assign(new RangeError("too far"), { by: 3 });
  });
  const world = await openWorld([flow]);
  const started = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
  const error = await outcome(world, started.result());
  expect(error).toBeInstanceOf(RangeError);
  expect(error).toMatchObject({ message: "too far", by: 3 });
  const joined = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
  for (const handle of [started, joined, world.savepoint.get("run")]) {
    expect(await world.until(handle.status())).toBe("failed");
    expect(await outcome(world, handle.result())).toEqual(error);
    expect((await world.until(handle.describe())).error).toEqual(error);
  }
});

describe("a value that cannot be recorded", () => {
  const odd = { items: [1, { client: () => 1 }] };

  it("8. is the error of the step that returned it, with its path", async () => {
    const { output, described } = await play((ctx) => ctx.step("odd", () => odd));
    expect(output).toBeInstanceOf(ValueNotSerializableError);
    expect((output as ValueNotSerializableError).path).toBe(".items[1].client");
    expect((output as Error).message).toContain('result of step "odd"');
    expect(described.status).toBe("failed");
  });

  it("8. is the error of the run that returned it, with its path", async () => {
    const { output, described } = await play(async () => odd);
    expect(output).toBeInstanceOf(ValueNotSerializableError);
    expect((output as ValueNotSerializableError).path).toBe(".items[1].client");
    expect(described).toMatchObject({ status: "failed", epoch: 1 });
  });

  it("8. is refused as an input, with its path, and no run is started", async () => {
    const flow = workflow("flow", {}, async (_: Context, input: unknown) => input);
    const world = await openWorld([flow]);
    const refused = await outcome(world, world.savepoint.start(flow, odd, { id: "run" }));
    expect(refused).toBeInstanceOf(ValueNotSerializableError);
    expect((refused as ValueNotSerializableError).path).toBe(".items[1].client");
    expect(await world.until(world.savepoint.list())).toEqual({ runs: [] });
  });

  it("8. is the error of the parent that gave it to a child", async () => {
    const child = workflow("child", {}, async (_: Context, input: unknown) => input);
    const { output } = await play((ctx) => ctx.run(child, odd), { also: [child] });
    expect(output).toBeInstanceOf(ValueNotSerializableError);
    expect((output as ValueNotSerializableError).path).toBe(".items[1].client");
  });
});

it.each([
  ["an object with a method", () => ({ rows: 2, close: () => undefined })],
  ["an instance of a class", () => new Greeter("hello")],
])("9. %s is refused live in the words of replay", async (_, make) => {
  const seen: string[] = [];
  await play(async (ctx) => {
    const message = await ctx.step("connect", make as () => unknown).catch((error: unknown) => {
      expect(error).toBeInstanceOf(ValueNotSerializableError);
      return (error as Error).message;
    });
    seen.push(String(message));
    await ctx.step("after", () => 1);
    await ctx.step("last", () => 1);
  }, REPLAYING);
  expect(seen.length).toBeGreaterThan(2);
  expect(new Set(seen).size).toBe(1);
});

describe("a workflow that returns a handle", () => {
  const child = workflow("child", {}, async () => "the child's");

  it("10. of the child it started gives what the run can be found by", async () => {
    const { output, world } = await play((ctx) => ctx.start(child, undefined), { also: [child] });
    const { id } = output as { id: string };
    expect(await world.until(world.savepoint.get(id).result())).toBe("the child's");
  });

  it("10. of a client fails, naming what cannot be recorded", async () => {
    const { output } = await play(async (_, world) => world.savepoint.get("other"));
    expect(output).toBeInstanceOf(ValueNotSerializableError);
    expect((output as Error).message).toContain('output of workflow "flow"');
  });
});
