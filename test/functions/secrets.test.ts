import { expect, it } from "vitest";
import { createSecretReader } from "../../lambda/functions/secrets.ts";
import { VirtualClock } from "../../lambda/testing/virtual-clock.ts";

const MINUTE = 60_000;

/** A reader of a secret that changes each time it is fetched, unless fetching fails. */
function reader(failing: Error[] = []) {
  const clock = new VirtualClock();
  let fetched = 0;
  const fetch = async (id: string): Promise<string> => {
    fetched++;
    const failure = failing.shift();
    if (failure) throw failure;
    return `${id} ${fetched}`;
  };
  return { clock, read: createSecretReader({ fetch, clock }) };
}

it("a secret is read once in five minutes", async () => {
  const { clock, read } = reader();
  expect(await read("key")).toBe("key 1");
  clock.skip(5 * MINUTE - 1);
  expect(await read("key")).toBe("key 1");
  clock.skip(1);
  expect(await read("key")).toBe("key 2");
});

it("is read once by all who ask at the same time, and each secret by itself", async () => {
  const { read } = reader();
  expect(await Promise.all([read("a"), read("a"), read("b")])).toEqual(["a 1", "a 1", "b 2"]);
});

it("is read anew at once, and once, by all who say that what is kept was refused", async () => {
  const { read } = reader();
  const refused = await read("key");
  const again = () => read("key", { refused });
  expect(await Promise.all([again(), again(), read("key")])).toEqual(["key 2", "key 2", "key 1"]);
  // Who comes late with the old one finds the new one.
  expect(await again()).toBe("key 2");
});

it("is read anew after a failure, which names the secret and the kind of failure", async () => {
  const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });
  const { read } = reader([denied]);
  await expect(read("key")).rejects.toThrow("the secret key cannot be read: AccessDeniedException");
  expect(await read("key")).toBe("key 2");
});

it.each([undefined, ""])("is refused when its text is %j", async (text) => {
  const read = createSecretReader({ fetch: async () => text, clock: new VirtualClock() });
  await expect(read("key")).rejects.toThrow("the secret key holds no text");
});
