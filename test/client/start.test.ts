import { beforeEach, describe, expect, it } from "vitest";
import { workflow } from "../../lambda/index.ts";
import { NOW } from "../support/test-store.ts";
import { type ClientUnderTest, clientUnderTest } from "./client-of.ts";

const any = workflow("any", {}, async (_, input: unknown) => input);

let client: ClientUnderTest;
beforeEach(async () => {
  client = await clientUnderTest(any);
});

describe("a run with a timeout", () => {
  it("has its deadline that long after its start", async () => {
    const run = await client.savepoint.start(any, 1, { timeout: "1.5h" });
    expect(await run.describe()).toMatchObject({ deadline: NOW + 5_400_000 });
  });

  it("keeps the deadline of its first start", async () => {
    await client.savepoint.start(any, 1, { id: "run", timeout: "1h" });
    const again = await client.savepoint.start(any, 1, { id: "run", timeout: "2h" });
    expect(await again.describe()).toMatchObject({ deadline: NOW + 3_600_000 });
  });

  it.each([0, -1, Number.NaN, "soon" as "1h", "36501d" as const])(
    "is refused when that is %s",
    async (timeout) => {
      await expect(client.savepoint.start(any, 1, { timeout })).rejects.toMatchObject({
        code: "invalid_argument",
        message: expect.stringContaining(String(timeout)) as string,
      });
    },
  );
});

describe("a run with attributes", () => {
  const tenant = { tenant: "acme", "a.b-c_1": "" };

  it("shows them", async () => {
    const run = await client.savepoint.start(any, 1, { attributes: tenant });
    expect(await run.describe()).toMatchObject({ attributes: tenant });
  });

  it("is found by some of them, in a list of those that have them all", async () => {
    await client.savepoint.start(any, 1, { id: "a", attributes: { tenant: "acme", tier: "1" } });
    await client.savepoint.start(any, 1, { id: "b", attributes: { tenant: "acme" } });
    await client.savepoint.start(any, 1, { id: "c" });
    const ids = async (attributes: Record<string, string>) =>
      (await client.savepoint.list({ attributes })).runs.map(({ id }) => id).toSorted();
    expect(await ids({ tenant: "acme" })).toEqual(["a", "b"]);
    expect(await ids({ tenant: "acme", tier: "1" })).toEqual(["a"]);
    expect(await ids({ tenant: "other" })).toEqual([]);
    expect(await ids({})).toEqual(["a", "b", "c"]);
    expect(await ids({ toString: "x" })).toEqual([]);
  });

  const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`a${i}`, "x"]));
  it.each([
    [eleven, "there are 11"],
    [{ "": "x" }, '""'],
    [{ "a b": "x" }, '"a b"'],
    [{ ["a".repeat(51)]: "x" }, "is not a name"],
    [JSON.parse('{"__proto__":"x"}') as Record<string, string>, "__proto__"],
    [{ a: "x".repeat(201) }, 'attribute "a" is "xxx'],
    [{ a: 5 as unknown as string }, 'attribute "a" is 5'],
    [[] as unknown as Record<string, string>, "attributes are"],
    [null as unknown as Record<string, string>, "attributes are null"],
  ])("is refused when they are %j", async (attributes, message) => {
    const refused = {
      code: "invalid_argument",
      message: expect.stringContaining(message) as string,
    };
    await expect(client.savepoint.start(any, 1, { attributes })).rejects.toMatchObject(refused);
    await expect(client.savepoint.list({ attributes })).rejects.toMatchObject(refused);
    expect((await client.savepoint.list()).runs).toEqual([]);
  });
});
