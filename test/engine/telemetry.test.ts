import { expect, it } from "vitest";
import * as z from "zod";
import { TerminalError, workflow } from "../../lambda/index.ts";
import type { Telemetry } from "../../lambda/engine/telemetry.ts";
import { allTelemetry } from "../../lambda/engine/telemetry.ts";
import { World } from "../../lambda/testing/world.ts";

/** Telemetry that writes down what it is told. */
function recorder(): { readonly lines: string[]; readonly telemetry: Telemetry } {
  const lines: string[] = [];
  const around = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    lines.push(`${what} {`);
    try {
      return await work();
    } finally {
      lines.push(`} ${what}`);
    }
  };
  return {
    lines,
    telemetry: {
      advance: ({ id, epoch, isTakeover }, work) =>
        around(`${id} ${epoch}${isTakeover ? " takeover" : ""}`, work),
      attempt: ({ run, key, attempt }, body) => around(`${run.id} ${key} ${attempt}`, body),
      ended: ({ run, status, code, ageMs }) =>
        void lines.push(`${run.id} ${status} ${code ?? ""} ${ageMs > 0}`),
    },
  };
}

it("is told of each claim, each attempt and the end, within one another", async () => {
  let failures = 1;
  const flaky = workflow("flaky", {}, async (ctx) => {
    await ctx.step("once more", { retry: { delay: "1m" } }, () => {
      if ((failures -= 1) >= 0) throw new Error("not yet");
    });
    return ctx.step("last", () => 1);
  });
  const { lines, telemetry } = recorder();
  const world = await World.create({ workflows: [flaky], telemetry });
  await world.run(flaky, undefined).catch(() => undefined);
  await world.end();
  expect(lines).toEqual([
    "run 1 {",
    "run once more 1 {",
    "} run once more 1",
    "} run 1",
    "run 2 {",
    "run once more 2 {",
    "} run once more 2",
    "run last 1 {",
    "} run last 1",
    "run succeeded  true",
    "} run 2",
  ]);
});

it("is told of a takeover after a crash, and of a failure by its code", async () => {
  const poison = workflow("poison", {}, async (ctx) =>
    ctx.step("boom", () => {
      throw new TerminalError("boom");
    }),
  );
  const { lines, telemetry } = recorder();
  const world = await World.create({
    workflows: [poison],
    telemetry,
    fault: (n) => (n === 2 ? "crash-before" : undefined),
  });
  await world.run(poison, undefined).catch(() => undefined);
  await world.end();
  expect(lines).toContain("run 2 takeover {");
  expect(lines).toContain("run failed terminal true");
});

it("is told the code of an output that does not pass", async () => {
  const odd = workflow("odd", { input: z.unknown(), output: z.string() }, async () => 1 as never);
  const { lines, telemetry } = recorder();
  const world = await World.create({ workflows: [odd], telemetry });
  await world.run(odd, undefined).catch(() => undefined);
  await world.end();
  expect(lines.filter((line) => line.includes("failed"))).toEqual(["run failed validation false"]);
});

it("of several kinds is told the same, the first being the outermost", async () => {
  const [one, other] = [recorder(), recorder()];
  const order: string[] = [];
  const mark = (name: string): Telemetry => ({
    advance: async (_, work) => {
      order.push(`${name} in`);
      const result = await work();
      order.push(`${name} out`);
      return result;
    },
  });
  const all = allTelemetry([mark("first"), one.telemetry, {}, other.telemetry, mark("last")]);
  const run = { id: "c", workflow: "w", incarnation: "i", epoch: 1 };
  const result = await all.advance?.({ ...run, isTakeover: false }, async () => {
    all.ended?.({ run, status: "cancelled", code: undefined, ageMs: 1 });
    return all.attempt?.({ run, key: "k", attempt: 1 }, async () => 7);
  });
  expect(result).toBe(7);
  expect(order).toEqual(["first in", "last in", "last out", "first out"]);
  expect(one.lines).toEqual(other.lines);
  expect(one.lines).toEqual(["c 1 {", "c cancelled  true", "c k 1 {", "} c k 1", "} c 1"]);
});
