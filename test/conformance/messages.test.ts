import { describe, expect, it } from "vitest";
import { createApi } from "../../lambda/api/create-api.ts";
import { type Duration, event, workflow } from "../../lambda/index.ts";
import { errorLike, openScenario, type Scenario } from "./scenario-world.ts";

let scenario: Scenario;
const red = event<string>("red");
const blue = event<string>("blue");
const SECOND = 1_000;

const takes = workflow("takes", {}, async (ctx, { colours }: { colours: string[] }) => {
  const taken: string[] = [];
  for (const colour of colours) taken.push(await ctx.waitFor(colour === "red" ? red : blue));
  return taken;
});

describe("messages sent into a run", () => {
  it("75. are taken in the order in which they were sent, each name for itself", async () => {
    scenario = await openScenario({ workflows: [takes] });
    const run = await scenario.start(takes, { colours: ["blue", "red", "red", "blue"] });
    await scenario.pass(5 * SECOND);
    for (const [colour, text] of [
      [red, "r1"],
      [blue, "b1"],
      [red, "r2"],
      [blue, "b2"],
    ] as const) {
      await scenario.until(run.send(colour, text));
    }
    expect(await scenario.ending(run.result())).toEqual(["b1", "r1", "r2", "b2"]);
    await scenario.sound();
  });

  it("75. are kept when they come before the run begins, and before it waits for them", async () => {
    let isUp = false;
    scenario = await openScenario({ workflows: [takes], deliver: () => isUp });
    const run = await scenario.start(takes, { colours: ["red", "red"] });
    await scenario.until(run.send(red, "early"));
    isUp = true;
    await scenario.pass(2 * 60 * SECOND);
    expect(await scenario.status()).toBe("waiting");
    await scenario.until(run.send(blue, "for nobody"));
    await scenario.pass(60 * SECOND);
    expect(await scenario.status()).toBe("waiting");
    await scenario.until(run.send(red, "late"));
    expect(await scenario.ending(run.result())).toEqual(["early", "late"]);
  });

  it("75. go to as many waits as there are messages, when several wait at once", async () => {
    const several = workflow("several", {}, async (ctx) =>
      Promise.all([ctx.waitFor(red), ctx.waitFor(blue), ctx.waitFor(red), ctx.waitFor(red)]),
    );
    scenario = await openScenario({ workflows: [several] });
    const run = await scenario.start(several, undefined);
    for (const text of ["1", "2"]) await scenario.until(run.send(red, text));
    await scenario.until(run.send(blue, "b"));
    await scenario.pass(60 * SECOND);
    expect(await scenario.status()).toBe("waiting");
    await scenario.until(run.send(red, "3"));
    expect(await scenario.ending(run.result())).toEqual(["1", "b", "2", "3"]);
    await scenario.sound();
  });
});

it("75. every message has a name: none is declared or sent without", async () => {
  expect(() => event("")).toThrow('"" is not a name for an event');
  scenario = await openScenario({ workflows: [takes] });
  const run = await scenario.start(takes, { colours: ["red"] });
  const nameless = { ...red, name: "" };
  expect(await scenario.ending(run.send(nameless, "x"))).toEqual(errorLike("invalid_argument"));
  await scenario.until(run.send(red, "r"));
  expect(await scenario.ending(run.result())).toEqual(["r"]);
});

describe("a wait with a timeout", () => {
  const TIMEOUTS = [90_000, "90s", "1.5m"] as const;
  const patient = workflow("patient", {}, async (ctx, { timeout }: { timeout: Duration }) => {
    const from = ctx.now();
    const first = await ctx.waitFor(red, { timeout });
    await ctx.step("mark", () => undefined);
    return [first ?? "nothing", Math.floor((ctx.now() - from) / SECOND)];
  });

  it.each(TIMEOUTS)("76. gives undefined after its time, given as %s", async (timeout) => {
    scenario = await openScenario({ workflows: [patient] });
    const run = await scenario.start(patient, { timeout });
    const [first, seconds] = (await scenario.ending(run.result())) as [string, number];
    expect(first).toBe("nothing");
    expect(seconds).toBeGreaterThanOrEqual(90);
    expect(seconds).toBeLessThan(95);
    await scenario.sound();
  });

  it("76. of no length takes what is there, and waits for nothing", async () => {
    const asks = workflow("asks", {}, async (ctx) => [
      await ctx.waitFor(red, { timeout: 0 }),
      await ctx.waitFor(red, { timeout: 0 }),
    ]);
    let isUp = false;
    scenario = await openScenario({ workflows: [asks], deliver: () => isUp });
    const run = await scenario.start(asks, undefined);
    await scenario.until(run.send(red, "there"));
    isUp = true;
    expect(await scenario.ending(run.result())).toEqual(["there", undefined]);
  });

  it("76. keeps its end when the run is taken over", async () => {
    let isDead = false;
    scenario = await openScenario({
      workflows: [patient],
      visibilitySeconds: 5,
      fault: (_, action, body) => {
        if (isDead || action !== "PutItem" || !body.includes('"OP#red"')) return undefined;
        isDead = true;
        return "crash-after";
      },
    });
    const run = await scenario.start(patient, { timeout: "90s" });
    const [first, seconds] = (await scenario.ending(run.result())) as [string, number];
    expect([first, isDead]).toEqual(["nothing", true]);
    expect(seconds).toBeLessThan(95);
    await scenario.sound();
  });

  it("76. leaves what comes too late for the next wait", async () => {
    const twice = workflow("twice", {}, async (ctx) => [
      await ctx.waitFor(red, { timeout: "10s" }),
      await ctx.waitFor(red),
    ]);
    scenario = await openScenario({ workflows: [twice] });
    const run = await scenario.start(twice, undefined);
    await scenario.pass(30 * SECOND);
    await scenario.until(run.send(red, "late"));
    expect(await scenario.ending(run.result())).toEqual([undefined, "late"]);
  });
});

const sends = workflow("sends", {}, async (ctx, { to, count }: { to: string; count: number }) => {
  for (let n = 1; n <= count; n += 1) await ctx.send(to, red, `${n}`);
  return "sent";
});

describe("a message with an idempotency key", () => {
  it("77. arrives once in each run it is sent to", async () => {
    scenario = await openScenario({ workflows: [takes] });
    const key = { idempotencyKey: "k" };
    for (const id of ["one", "two"]) {
      const run = await scenario.start(takes, { colours: ["red", "red"] }, { id });
      for (const text of ["a", "a", "a"]) await scenario.until(run.send(red, text, key));
      await scenario.pass(30 * SECOND);
      expect(await scenario.status(id)).toBe("waiting");
      await scenario.until(run.send(red, "a", key));
      await scenario.until(run.send(red, "b"));
      expect(await scenario.ending(run.result())).toEqual(["a", "b"]);
    }
    await scenario.sound();
  });

  it("77. is of one name: the same key with another name is another message", async () => {
    scenario = await openScenario({ workflows: [takes] });
    const run = await scenario.start(takes, { colours: ["red", "blue"] });
    await scenario.until(run.send(red, "r", { idempotencyKey: "k" }));
    await scenario.until(run.send(blue, "b", { idempotencyKey: "k" }));
    expect(await scenario.ending(run.result())).toEqual(["r", "b"]);
  });

  it.each(["crash-before", "crash-after", "lost-reply"] as const)(
    "77. what a run sends arrives once though its worker fails at the send: %s",
    async (fault) => {
      let isHit = false;
      scenario = await openScenario({
        workflows: [takes, sends],
        visibilitySeconds: 5,
        fault: (_, action, body) => {
          if (isHit || action !== "UpdateItem" || !body.includes("RUN#to")) return undefined;
          if (!body.includes("list_append")) return undefined;
          isHit = true;
          return fault;
        },
      });
      const to = await scenario.start(takes, { colours: ["red", "red", "red"] }, { id: "to" });
      await scenario.pass(5 * SECOND);
      const run = await scenario.start(sends, { to: "to", count: 2 });
      expect(await scenario.ending(run.result())).toBe("sent");
      expect(isHit).toBe(true);
      await scenario.pass(60 * SECOND);
      expect(await scenario.status("to")).toBe("waiting");
      await scenario.until(to.send(red, "last"));
      expect(await scenario.ending(to.result())).toEqual(["1", "2", "last"]);
      await scenario.sound();
    },
  );
});

describe("a message to a run that cannot take it", () => {
  it("78. is refused when there is no such run, to a client and to another run", async () => {
    scenario = await openScenario({ workflows: [takes, sends] });
    expect(await scenario.ending(scenario.savepoint.get("nobody").send(red, "r"))).toEqual(
      errorLike("run_not_found", "nobody"),
    );
    const run = await scenario.start(sends, { to: "nobody", count: 1 });
    expect(await scenario.ending(run.result())).toEqual(errorLike("run_not_found", "nobody"));
    await scenario.sound();
  });

  it("78. is refused when the run has finished, unless it is one that had arrived before", async () => {
    scenario = await openScenario({ workflows: [takes] });
    const run = await scenario.start(takes, { colours: ["red"] });
    await scenario.until(run.send(red, "r", { idempotencyKey: "k" }));
    await scenario.ending(run.result());
    expect(await scenario.ending(run.send(red, "r"))).toEqual(errorLike("run_conflict", "run"));
    await scenario.until(run.send(red, "r", { idempotencyKey: "k" }));
    expect(await scenario.ending(run.result())).toEqual(["r"]);
  });
});

describe("a client in another process, which knows names and ids only", () => {
  it("81. starts a run, sends to it, and retrieves it, its result and what it has recorded", async () => {
    scenario = await openScenario({ workflows: [takes] });
    const { world, savepoint } = scenario;
    const api = createApi({ savepoint, version: "1", log: world.log });
    const call = async (method: string, path: string, body?: unknown) => {
      const request = new Request(`http://api.test${path}`, {
        method,
        headers: { "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const response = await world.until(api.fetch(request));
      return { status: response.status, body: (await response.json()) as object };
    };
    const start = { id: "mine", input: { colours: ["red"] } };
    expect(await call("POST", "/runs/takes", start)).toMatchObject({ status: 202 });
    expect(await call("POST", "/runs/takes", start)).toMatchObject({ status: 200 });
    expect(await call("POST", "/runs/nothing", start)).toMatchObject({ status: 404 });
    await scenario.pass(5 * SECOND);
    expect(await call("GET", "/runs/mine")).toMatchObject({ body: { status: "waiting" } });
    expect(await call("POST", "/runs/mine/events/red", "r")).toMatchObject({ status: 202 });
    expect(await call("GET", "/runs/mine?wait=20")).toMatchObject({
      body: { status: "succeeded", output: ["r"] },
    });
    expect(await call("GET", "/runs/mine/history")).toMatchObject({
      body: { operations: [{ key: "red", kind: "wait", state: "succeeded" }] },
    });
  });

  it("81. is joined by another that starts the same run, and gets the same result", async () => {
    scenario = await openScenario({ workflows: [takes] });
    const { savepoint } = scenario;
    const input = { colours: ["red"] };
    const first = await scenario.start(takes, input);
    const { run: second, created } = await scenario.until(
      savepoint.startByName("takes", input, { id: "run" }),
    );
    expect(created).toBe(false);
    await scenario.until(savepoint.get("run").send(red, "r"));
    expect(await scenario.ending(Promise.all([first.result(), second.result()]))).toEqual([
      ["r"],
      ["r"],
    ]);
  });
});
