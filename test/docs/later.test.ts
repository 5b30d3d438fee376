import { afterEach, describe, expect, it, vi } from "vitest";
import { goOn, tryOther } from "../../docs/examples/resume-and-fork.ts";
import { mail } from "../../docs/examples/services.ts";
import { publication } from "../../docs/examples/tokens.ts";
import { TerminalError, workflow } from "../../lambda/index.ts";
import { endWorlds, failureOf, longAfter, openWorld } from "./example-world.ts";

afterEach(async () => {
  vi.restoreAllMocks();
  await endWorlds();
});

describe("the example of callback tokens", () => {
  const start = async () => {
    const send = vi.spyOn(mail, "send");
    const world = await openWorld([publication]);
    const run = await world.until(
      world.savepoint.start(publication, { to: "ada" }, { id: "publication" }),
    );
    await world.pass(10_000);
    const token = send.mock.calls[0]?.[1].split("token=")[1] ?? "";
    return { world, run, token };
  };

  it("publishes once the link is followed", async () => {
    const { world, run, token } = await start();
    await world.until(world.savepoint.completeToken(token, { isApproved: true }));
    expect(await world.until(run.result())).toBe("published");
  });

  it("gives up after seven days", async () => {
    const { world, run } = await start();
    await longAfter(world, 7 * 24 * 3_600_000);
    expect(await world.until(run.result())).toBe("nobody answered");
  });
});

describe("the example of resume and fork", () => {
  let isMended = false;
  let searches = 0;
  const research = workflow("research", {}, async (ctx, { topic }: { topic: string }) => {
    await ctx.step("search", () => (searches += 1));
    return ctx.step("draft", () => {
      if (!isMended) throw new TerminalError("the model is gone");
      return `draft on ${topic}`;
    });
  });

  it("goes on at the step that failed, and tries another topic from there", async () => {
    const world = await openWorld([research]);
    const run = await world.until(
      world.savepoint.start(research, { topic: "sagas" }, { id: "research" }),
    );
    expect(await failureOf(world, run.result())).toBeInstanceOf(TerminalError);
    isMended = true;
    await world.until(goOn(world.savepoint, "research"));
    expect(await world.until(run.result())).toBe("draft on sagas");
    const other = await world.until(tryOther(world.savepoint, "research", "leases"));
    expect(await world.until(world.savepoint.get(other).result())).toBe("draft on leases");
    expect(searches).toBe(1);
  });
});
