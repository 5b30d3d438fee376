import { expect, test } from "vitest";
import { RunNotFoundError } from "../../lambda/http/index.ts";
import { clientOverFake } from "./over-fake.ts";

const lost = () => new TypeError("fetch failed");
const refused = () =>
  new TypeError("fetch failed", {
    cause: Object.assign(new Error("connect"), { code: "ECONNREFUSED" }),
  });
const busy = () => Response.json({ error: { code: "x", message: "m" } }, { status: 429 });

/** A client whose first request that changes anything has no good reply. */
function clientWith(answer: () => Response | Error) {
  let isFirst = true;
  return clientOverFake(({ method }) => {
    if (method === "GET" || !isFirst) return undefined;
    isFirst = false;
    return answer();
  });
}

test.each(["cancel", "terminate", "pause", "resume"] as const)(
  "%s is not made again once it may have taken effect: the run may have gone on meanwhile",
  async (action) => {
    const { savepoint, fake, requests } = clientWith(lost);
    fake.put("a", { status: "waiting" });
    await expect(savepoint.get("a")[action]()).rejects.toThrow("does not answer");
    expect(requests).toHaveLength(1);
    expect(fake.asked).toEqual([]);
  },
);

test.each([
  ["never reached the API", refused],
  ["was throttled", busy],
])("an act is made again when it %s", async (_, answer) => {
  const { savepoint, fake } = clientWith(answer);
  fake.put("a", { status: "waiting" });
  await savepoint.get("a").resume();
  expect(fake.asked).toHaveLength(1);
});

test("acts on many are not made again, but for forks, which have a key", async () => {
  const cancelled = clientWith(lost);
  const filter = { workflow: "digest" };
  await expect(cancelled.savepoint.bulk("cancel", filter)).rejects.toThrow("does not answer");
  expect(cancelled.requests).toHaveLength(1);
  const forked = clientWith(lost);
  await forked.savepoint.bulk("fork", filter);
  expect(forked.requests).toHaveLength(2);
});

test("a delete whose reply was lost has deleted the run", async () => {
  let tries = 0;
  const gone = () =>
    Response.json({ error: { code: "run_not_found", message: "no run" } }, { status: 404 });
  const { savepoint } = clientOverFake(() => ((tries += 1) === 1 ? lost() : gone()));
  await savepoint.get("a").delete();
  expect(tries).toBe(2);
  await expect(savepoint.get("a").delete()).rejects.toBeInstanceOf(RunNotFoundError);
});
