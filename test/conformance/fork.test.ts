import { beforeEach, describe, expect, it } from "vitest";
import { type Context, event, TerminalError, workflow } from "../../lambda/index.ts";
import { errorLike, openScenario, type Scenario } from "./scenario-world.ts";

let scenario: Scenario;
let log: string[] = [];
let isFixed = false;
beforeEach(() => {
  log = [];
  isFixed = false;
});
const note = (what: string) => {
  log.push(what);
  return what;
};

const three = workflow("three", {}, async (ctx, { name }: { name: string }) => {
  const a = await ctx.step("a", () => note(`${name} a`));
  const b = await ctx.step("b", () => note(`${name} b`));
  const c = await ctx.step("c", () => note(`${name} c`));
  return [a, b, c];
});

describe("a fork", () => {
  const ofThree = async () => {
    scenario = await openScenario({ workflows: [three] });
    const run = await scenario.start(three, { name: "one" });
    await scenario.ending(run.result());
    log = [];
    return run;
  };

  it.each([
    ["a", ["two a", "two b", "two c"]],
    ["b", ["one a", "two b", "two c"]],
    ["c", ["one a", "one b", "two c"]],
  ])("66. from %s keeps what was before it and runs the rest anew", async (from, output) => {
    const run = await ofThree();
    const fork = await scenario.until(run.fork({ from, input: { name: "two" } }));
    expect(fork.id).not.toBe(run.id);
    expect(await scenario.ending(fork.result())).toEqual(output);
    expect(log).toEqual(output.filter((one) => one.startsWith("two")));
    expect(await scenario.ending(run.result())).toEqual(["one a", "one b", "one c"]);
    await scenario.sound();
  });

  it("66. of a fork keeps what both have", async () => {
    const run = await ofThree();
    const first = await scenario.until(run.fork({ from: "b", input: { name: "two" } }));
    await scenario.ending(first.result());
    const second = await scenario.until(first.fork({ from: "c", input: { name: "three" } }));
    expect(await scenario.ending(second.result())).toEqual(["one a", "two b", "three c"]);
    expect(await scenario.until(second.describe())).toMatchObject({
      forkedFrom: { id: first.id, key: "c" },
    });
    await scenario.sound();
  });

  it("66. has the id it is given, once, and joins that run when it is asked for again", async () => {
    const run = await ofThree();
    const options = { from: "c", input: { name: "two" }, id: "mine" };
    await scenario.until(Promise.all([run.fork(options), run.fork(options)]));
    const fork = await scenario.until(run.fork(options));
    expect(fork.id).toBe("mine");
    await scenario.ending(fork.result());
    expect(log).toEqual(["two c"]);
    expect(await scenario.ending(run.fork({ ...options, from: "b" }))).toEqual(
      errorLike("run_conflict", "mine"),
    );
  });

  it("66. runs the code that is deployed now", async () => {
    let version = 1;
    const versioned = workflow("versioned", {}, async (ctx: Context, _: undefined) => [
      await ctx.step("a", () => note(`a${version}`)),
      await ctx.step("b", () => note(`b${version}`)),
    ]);
    scenario = await openScenario({ workflows: [versioned], code: () => `code-${version}` });
    const run = await scenario.start(versioned, undefined);
    expect(await scenario.ending(run.result())).toEqual(["a1", "b1"]);
    version = 2;
    const fork = await scenario.until(run.fork({ from: "b" }));
    expect(await scenario.ending(fork.result())).toEqual(["a1", "b2"]);
    await scenario.sound();
  });

  it("66. has as much time as its source was given, counted anew", async () => {
    scenario = await openScenario({ workflows: [three] });
    const run = await scenario.start(three, { name: "one" }, { timeout: "2h" });
    await scenario.ending(run.result());
    await scenario.pass(3 * 3_600_000);
    const fork = await scenario.until(run.fork({ from: "c" }));
    const { startedAt, deadline } = await scenario.until(fork.describe());
    expect(deadline).toBe(startedAt + 2 * 3_600_000);
    expect(await scenario.ending(fork.result())).toHaveLength(3);
  });

  it("66. has another time when it is given one", async () => {
    const slow = workflow("slow", {}, async (ctx) => {
      await ctx.step("a", () => note("a"));
      await ctx.sleep("long", "1h");
    });
    scenario = await openScenario({ workflows: [slow] });
    const run = await scenario.start(slow, undefined, { timeout: "3h" });
    await scenario.ending(run.result());
    const options = { from: "long", id: "fork", timeout: "10m" } as const;
    const fork = await scenario.until(run.fork(options));
    const { startedAt, deadline } = await scenario.until(fork.describe());
    expect(deadline).toBe(startedAt + 600_000);
    expect(await scenario.ending(fork.result())).toEqual(errorLike("run_timeout"));
    expect((await scenario.until(run.fork(options))).id).toBe("fork");
    expect(await scenario.ending(run.fork({ timeout: 0 }))).toEqual(errorLike("invalid_argument"));
    expect(log).toEqual(["a"]);
    await scenario.sound();
  });

  it("66. is refused for a run that there is not, and for an id that cannot be one", async () => {
    const run = await ofThree();
    expect(await scenario.ending(scenario.savepoint.get("nobody").fork())).toEqual(
      errorLike("run_not_found"),
    );
    expect(await scenario.ending(run.fork({ id: "a b" }))).toEqual(errorLike("invalid_argument"));
  });
});

const word = event<string>("word");
const listener = workflow("listener", {}, async (ctx) => {
  const first = await ctx.waitFor(word);
  await ctx.step("between", () => note("between"));
  const second = await ctx.waitFor(word);
  await ctx.sleep("a while", "1m");
  return [first, second];
});

describe("the messages of a run that is forked", () => {
  it("67. are in the fork as far as they were taken before the cut, with the rest of its history", async () => {
    scenario = await openScenario({ workflows: [listener] });
    const run = await scenario.start(listener, undefined);
    for (const text of ["one", "two", "three"]) await scenario.until(run.send(word, text));
    expect(await scenario.ending(run.result())).toEqual(["one", "two"]);
    log = [];
    const fork = await scenario.until(run.fork({ from: "word#2" }));
    await scenario.pass(5_000);
    expect(await scenario.status(fork.id)).toBe("waiting");
    expect((await scenario.until(fork.history())).map(({ key, state }) => [key, state])).toEqual([
      ["word", "succeeded"],
      ["between", "succeeded"],
      ["word#2", "waiting"],
    ]);
    await scenario.until(fork.send(word, "other"));
    expect(await scenario.ending(fork.result())).toEqual(["one", "other"]);
    expect(log).toEqual([]);
    await scenario.sound();
  });

  it("67. are not shared: what is sent to one does not come to the other", async () => {
    scenario = await openScenario({ workflows: [listener] });
    const run = await scenario.start(listener, undefined);
    await scenario.until(run.send(word, "both"));
    await scenario.pass(5_000);
    const fork = await scenario.until(run.fork({ from: "word#2", id: "fork" }));
    await scenario.until(run.send(word, "mine"));
    expect(await scenario.ending(run.result())).toEqual(["both", "mine"]);
    await scenario.pass(60_000);
    expect(await scenario.status("fork")).toBe("waiting");
    await scenario.until(fork.send(word, "yours"));
    expect(await scenario.ending(fork.result())).toEqual(["both", "yours"]);
    await scenario.sound();
  });
});

const fragile = workflow("fragile", {}, async (ctx) => {
  const a = await ctx.step("a", () => note("a"));
  try {
    return await ctx.step("b", () => {
      note("b");
      if (!isFixed) throw new TerminalError("b is broken");
      return `${a}, b`;
    });
  } catch (error) {
    await ctx.step("tidy up", () => note("tidy"));
    throw error;
  }
});

describe("where a fork begins", () => {
  const broken = async () => {
    scenario = await openScenario({ workflows: [fragile] });
    const run = await scenario.start(fragile, undefined);
    expect(await scenario.ending(run.result())).toMatchObject({ message: "b is broken" });
    log = [];
    return run;
  };

  it("68. is what ended the run, when nothing is named", async () => {
    const run = await broken();
    isFixed = true;
    const fork = await scenario.until(run.fork());
    expect(await scenario.ending(fork.result())).toBe("a, b");
    expect(log).toEqual(["b"]);
    await scenario.sound();
  });

  it("68. is the end of what is recorded, for a run that has succeeded", async () => {
    isFixed = true;
    scenario = await openScenario({ workflows: [fragile] });
    const run = await scenario.start(fragile, undefined);
    await scenario.ending(run.result());
    log = [];
    const fork = await scenario.until(run.fork());
    expect(await scenario.ending(fork.result())).toBe("a, b");
    expect(log).toEqual([]);
    await scenario.sound();
  });

  it("68. is the last step that a run has recorded, when that is named", async () => {
    const run = await broken();
    const last = (await scenario.until(run.history())).at(-1)?.key;
    expect(last).toBe("tidy up");
    const fork = await scenario.until(run.fork({ from: last ?? "" }));
    expect(await scenario.ending(fork.result())).toMatchObject({ message: "b is broken" });
    expect(log).toEqual(["tidy"]);
  });

  it("68. must be something that is recorded", async () => {
    const run = await broken();
    expect(await scenario.ending(run.fork({ from: "c", id: "fork" }))).toEqual(
      errorLike("invalid_argument", '"c"'),
    );
    expect(await scenario.ending(scenario.savepoint.get("fork").status())).toEqual(
      errorLike("run_not_found"),
    );
  });
});

const child = workflow("child", {}, async (ctx, { of }: { of: string }) =>
  ctx.step("work", () => note(`child of ${of}`)),
);
const parent = workflow("parent", {}, async (ctx) => {
  const one = await ctx.run(child, { of: ctx.runId }, { key: "one" });
  const two = await ctx.run(child, { of: ctx.runId }, { key: "two" });
  return [one, two];
});
const forking = workflow("forking", {}, async (ctx, { source }: { source: string }) => {
  const id = `${ctx.runId}-copy`;
  await ctx.step("fork", async () => {
    await scenario.savepoint.get(source).fork({ from: "b", input: { name: "copy" }, id });
  });
  return id;
});

describe("forks and other runs", () => {
  it("69. the fork of a parent has the outcomes of children before the cut, and children of its own after it", async () => {
    scenario = await openScenario({ workflows: [parent, child] });
    const run = await scenario.start(parent, undefined);
    expect(await scenario.ending(run.result())).toEqual(["child of run", "child of run"]);
    const fork = await scenario.until(run.fork({ from: "two", id: "fork" }));
    expect(await scenario.ending(fork.result())).toEqual(["child of run", "child of fork"]);
    expect(log).toEqual(["child of run", "child of run", "child of fork"]);
    const { runs } = await scenario.until(scenario.savepoint.list({ parent: "fork" }));
    expect(runs.map(({ id }) => id)).toEqual(["fork~1~two"]);
    await scenario.sound();
  });

  it.each(["crash-before", "crash-after"] as const)(
    "69. a run that forks another in a step forks it once, though its worker dies: %s",
    async (crash) => {
      let isHit = false;
      scenario = await openScenario({
        workflows: [forking, three],
        visibilitySeconds: 5,
        fault: (_, action, body) => {
          const isRecord = action === "PutItem" && body.includes('"OP#fork"');
          if (isHit || !isRecord || !body.includes('"done"')) return undefined;
          isHit = true;
          return crash;
        },
      });
      const source = await scenario.start(three, { name: "one" }, { id: "source" });
      await scenario.ending(source.result());
      log = [];
      const run = await scenario.start(forking, { source: "source" });
      expect(await scenario.ending(run.result())).toBe("run-copy");
      expect(isHit).toBe(true);
      const fork = scenario.savepoint.get("run-copy");
      expect(await scenario.ending(fork.result())).toEqual(["one a", "copy b", "copy c"]);
      expect(log).toEqual(["copy b", "copy c"]);
      const { runs } = await scenario.until(scenario.savepoint.list({ workflow: "three" }));
      expect(runs).toHaveLength(2);
      await scenario.sound();
    },
  );
});
