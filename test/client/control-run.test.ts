import { beforeEach, describe, expect, it } from "vitest";
import { CancelledError } from "../../lambda/index.ts";
import { referenceText } from "../../lambda/store/meta.ts";
import { n, NOW, s } from "../support/test-store.ts";
import { type ClientUnderTest, clientUnderTest } from "./client-of.ts";

let client: ClientUnderTest;
beforeEach(async () => {
  client = await clientUnderTest();
});

const run = () => client.savepoint.get("run");
const conflict = (status: string, message: RegExp) => ({
  code: "run_conflict",
  message: expect.stringMatching(message) as string,
  details: { id: "run", status },
});

describe("cancelling a run", () => {
  it("records the request with its reason and hints at it", async () => {
    await client.put("waiting");
    await run().cancel({ reason: "enough" });
    expect(await client.store.readRun("run")).toMatchObject({
      status: "waiting",
      cancel: { reason: "enough", cause: "request" },
    });
    expect(client.hints).toEqual([{ run: "run", for: NOW }]);
  });

  it("that runs leaves it to its owner, without a hint", async () => {
    await client.put("running");
    await run().cancel();
    expect(await client.store.readRun("run")).toMatchObject({ cancel: { reason: "" } });
    expect(client.hints).toEqual([]);
  });

  it("that is blocked terminates it", async () => {
    await client.put("blocked");
    await run().cancel({ reason: "enough" });
    expect(await run().status()).toBe("cancelled");
    await expect(run().result()).rejects.toEqual(
      new CancelledError('run "run" was cancelled: enough'),
    );
    expect(client.hints).toEqual([{ run: "run", for: undefined }]);
  });

  it("that was blocked and has been claimed meanwhile asks it instead of terminating it", async () => {
    const { incarnation } = await client.put("blocked");
    const claim = () => client.replace("running", { inc: s(incarnation) });
    client.fates.push({}, {}, { before: claim });
    await run().cancel();
    expect(await client.store.readRun("run")).toMatchObject({ status: "running", cancel: {} });
  });

  it.each(["succeeded", "failed", "cancelled"] as const)(
    "that has %s, or terminating it, changes nothing and is no error",
    async (status) => {
      await client.put(status);
      const before = await client.item();
      await run().cancel();
      await run().terminate();
      expect(await client.item()).toEqual(before);
      expect(client.hints).toEqual([]);
    },
  );
});

describe("terminating a run", () => {
  it("ends it with the reason, and hints at what it owes", async () => {
    await client.put("running");
    await run().terminate({ reason: "enough" });
    expect(await run().describe()).toMatchObject({
      status: "cancelled",
      error: { code: "cancelled", message: 'run "run" was terminated: enough' },
    });
    expect(client.hints).toEqual([{ run: "run", for: undefined }]);
  });

  it("that owes nothing sends no hint", async () => {
    await client.put("queued");
    await run().terminate();
    await expect(run().result()).rejects.toEqual(new CancelledError('run "run" was terminated'));
    expect(client.hints).toEqual([]);
  });

  it.each(["x".repeat(201), 5 as unknown as string])("refuses the reason %j", async (reason) => {
    await client.put("waiting");
    for (const end of [run().terminate({ reason }), run().cancel({ reason })]) {
      await expect(end).rejects.toMatchObject({ code: "invalid_argument" });
    }
    expect(await run().status()).toBe("waiting");
  });
});

describe("pausing and resuming a run", () => {
  it("pauses it, once, and hints at it when it is resumed", async () => {
    await client.put("waiting");
    await run().pause();
    await run().pause();
    expect([await run().status(), client.hints]).toEqual(["paused", []]);
    await run().resume();
    expect([await run().status(), client.hints]).toEqual(["queued", [{ run: "run", for: NOW }]]);
  });

  it("takes back a pause that its owner has not carried out", async () => {
    await client.put("running");
    await run().pause();
    expect(await client.store.readRun("run")).toMatchObject({ isPauseAsked: true });
    await run().resume();
    expect(await client.store.readRun("run")).toMatchObject({ isPauseAsked: false });
    expect(client.hints).toEqual([]);
  });

  it.each(["blocked", "succeeded", "failed", "cancelled"] as const)(
    "is not paused when it is %s",
    async (status) => {
      await client.put(status);
      await expect(run().pause()).rejects.toMatchObject(conflict(status, /cannot be paused; only/));
    },
  );

  it.each(["blocked", "failed", "cancelled"] as const)("goes on when it was %s", async (status) => {
    await client.put(status, { epoch: n(2), failedOp: s("step") });
    await run().resume();
    expect([await run().status(), client.hints]).toEqual(["queued", [{ run: "run", for: NOW }]]);
  });

  it.each(["running", "waiting", "succeeded"] as const)("is left alone when %s", async (status) => {
    await client.put(status);
    const before = await client.item();
    await run().resume();
    expect([await client.item(), client.hints]).toEqual([before, []]);
  });

  it("hints once more at a run that was resumed by somebody who may have died", async () => {
    await client.put("queued");
    await run().resume();
    expect(client.hints).toEqual([{ run: "run", for: NOW }]);
  });

  it("is refused while the run, or what it has to cancel, is being cancelled", async () => {
    await client.put("waiting", { cancel: { M: { nonce: s("c") } } });
    await expect(run().resume()).rejects.toMatchObject(conflict("waiting", /being cancelled/));
    await client.put("cancelled", { epoch: n(1), owed: { SS: ["children"] } });
    await expect(run().resume()).rejects.toMatchObject(conflict("cancelled", /children are not/));
  });

  it("is refused to a run that was cancelled before it was started", async () => {
    await client.put("cancelled", { epoch: n(0), givenUpBy: n(0) });
    await expect(run().resume()).rejects.toMatchObject(conflict("cancelled", /before it was/));
    await expect(run().fork()).rejects.toMatchObject(conflict("cancelled", /before it was/));
  });

  it("does not pause a run that is being cancelled", async () => {
    await client.put("waiting", { cancel: { M: { nonce: s("c") } } });
    await expect(run().pause()).rejects.toMatchObject(conflict("waiting", /being cancelled/));
  });
});

describe("deleting a run", () => {
  it("leaves nothing of it", async () => {
    await client.put("succeeded");
    await run().delete();
    await expect(run().describe()).rejects.toMatchObject({ code: "run_not_found" });
  });

  it("is refused while it has not finished", async () => {
    await client.put("paused");
    await expect(run().delete()).rejects.toMatchObject(conflict("paused", /only a run that has/));
  });

  it("is refused while it owes something, which is hinted at", async () => {
    await client.put("failed", { owed: { SS: ["waiters"] } });
    await expect(run().delete()).rejects.toMatchObject(conflict("failed", /not been told/));
    expect(client.hints).toEqual([{ run: "run", for: undefined }]);
  });

  it("is refused while another run waits for its outcome", async () => {
    const parent = await client.put("running", {}, "parent");
    await client.put("succeeded", { waiters: { SS: [referenceText(parent)] } });
    const item = {
      pk: s(`H#${parent.incarnation}#0`),
      sk: s("OP#child"),
      k: s("run"),
      i: n(1),
      s: s("waiting"),
      e: n(1),
      c: s("run"),
      t: n(NOW),
      w: s("nonce"),
    };
    await client.dynamodb.call("PutItem", { TableName: "savepoint", Item: item });
    await expect(run().delete()).rejects.toMatchObject({
      code: "run_conflict",
      details: { id: "run", awaitedBy: "parent" },
    });
  });
});

it("control of a run that does not exist says so", async () => {
  for (const verb of ["cancel", "terminate", "pause", "resume", "fork", "delete"] as const) {
    await expect(run()[verb]()).rejects.toMatchObject({ code: "run_not_found" });
  }
});
