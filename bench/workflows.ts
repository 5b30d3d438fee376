import { existsSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { event, workflow } from "../lambda/index.ts";
import { barePut, freshPartition, PAYLOAD, type PutPlace } from "./bare-put.ts";

/** Milliseconds that the steps of one run took, in their order. */
export interface StepTimes {
  /** From the end of a step's body to the start of the next one's. */
  readonly gaps: number[];
  /** Bare puts, one inside each body. */
  readonly bare: number[];
  /** The same calls to a server that answers `{}`, one inside each body. */
  readonly empty: number[];
}

const noTimes = (): StepTimes => ({ gaps: [], bare: [], empty: [] });

/** Steps at each end of a long run that are timed. */
const EDGE = 100;

/** What a waiter waits for. */
export const wake = event("wake", z.object({ number: z.number() }));

const child = workflow("child", {}, async (ctx, { index }: { index: number }) =>
  ctx.step("step", () => index),
);

/** Children side by side, `concurrency` at a time. */
const parent = workflow(
  "parent",
  {},
  async (ctx, { children, concurrency }: { children: number; concurrency: number }) => {
    const indexes = Array.from({ length: children }, (_, index) => index);
    const seen = await ctx.map("all", indexes, { concurrency }, (branch, index) =>
      branch.run(child, { index }),
    );
    return seen.length;
  },
);

/** Parks until it is sent a message. */
export const waiter = workflow("waiter", {}, async (ctx) => ctx.waitFor(wake));

/** Ten steps, of which the fifth hangs while the file is there. */
const held = workflow("held", {}, async (ctx, { file }: { file: string }) => {
  for (let number = 1; number <= 10; number += 1) {
    await ctx.step("step", () => {
      if (number === 5 && existsSync(file)) return new Promise<string>(() => undefined);
      return PAYLOAD;
    });
  }
});

/** What the bodies call beside the engine; made by the worker, which has the clients. */
export interface Probes {
  readonly stack: Omit<PutPlace, "partition">;
  readonly empty: Omit<PutPlace, "partition">;
}

/** All workflows; those that make bare calls in their bodies make them by these probes. */
export function createWorkflows(probes: () => Probes) {
  /** Steps in a row that do nothing. */
  const plain = workflow("plain", {}, async (ctx, { count }: { count: number }) => {
    for (let done = 0; done < count; done += 1) await ctx.step("step", () => PAYLOAD);
  });

  /** Steps in a row; each body makes bare puts, to the stack and to the empty server, in turns. */
  const timed = workflow("timed", {}, async (ctx, { count }: { count: number }) => {
    const partition = freshPartition(ctx.uuid().slice(0, 8));
    const times: StepTimes = { gaps: [], bare: [], empty: [] };
    let endedAt = Number.NaN;
    const bare = async (number: number) =>
      times.bare.push(await barePut({ ...probes().stack, partition }, number));
    const empty = async (number: number) =>
      times.empty.push(await barePut({ ...probes().empty, partition }, number));
    for (let number = 1; number <= count; number += 1) {
      const calls = number % 2 === 0 ? [bare, empty] : [empty, bare];
      await ctx.step("step", async () => {
        if (number > 1) times.gaps.push(performance.now() - endedAt);
        for (const call of calls) await call(number);
        endedAt = performance.now();
        return PAYLOAD;
      });
    }
    return times;
  });

  /** Steps, then a sleep that parks; returns how old its process is at the first body after it. */
  const resumed = workflow(
    "resumed",
    {},
    async (ctx, { count, pidFile }: { count: number; pidFile: string }) => {
      for (let done = 0; done < count; done += 1) await ctx.step("step", () => PAYLOAD);
      await ctx.step("tell", () => writeFileSync(pidFile, String(process.pid)));
      await ctx.sleep("park", "1500ms");
      return ctx.step("age", () => performance.now());
    },
  );

  /** Many steps in a row; tells what the first and the last hundred took, and bare puts among each. */
  const long = workflow("long", {}, async (ctx, { count }: { count: number }) => {
    const partition = freshPartition(ctx.uuid().slice(0, 8));
    const first: StepTimes = noTimes();
    const last: StepTimes = noTimes();
    let endedAt = Number.NaN;
    for (let number = 1; number <= count; number += 1) {
      const times = number <= EDGE ? first : number > count - EDGE ? last : undefined;
      await ctx.step("step", async () => {
        if (number > 1) times?.gaps.push(performance.now() - endedAt);
        times?.bare.push(await barePut({ ...probes().stack, partition }, number));
        endedAt = performance.now();
        return PAYLOAD;
      });
    }
    return { first, last };
  });

  return { plain, timed, resumed, held, long, child, parent, waiter };
}
