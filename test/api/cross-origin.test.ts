import { describe, expect, test } from "vitest";
import { createApi } from "../../lambda/api/create-api.ts";
import { FakeSavepoint } from "./fake-savepoint.ts";

const MINE = "https://app.example";
const ignore = () => {};
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

const apiFor = (corsOrigins?: readonly string[]) =>
  createApi({
    savepoint: new FakeSavepoint([]),
    version: "1",
    log,
    ...(corsOrigins && { corsOrigins }),
  });

/** The headers by which an answer concerns pages of other origins. */
async function granted(
  api: ReturnType<typeof apiFor>,
  path: string,
  init: { readonly method?: string; readonly origin: string },
): Promise<readonly (readonly [string, string])[]> {
  const { method = "GET", origin } = init;
  const headers = { origin, "access-control-request-method": "POST" };
  const answer = await api.fetch(new Request(`http://api.test${path}`, { method, headers }));
  return [...answer.headers].filter(([name]) => name.startsWith("access-control-"));
}

describe("pages of other origins", () => {
  test.each([["/health"], ["/runs/none"], ["/nothing"]])(
    "cannot read %s by default",
    async (path) => {
      expect(await granted(apiFor(), path, { origin: MINE })).toEqual([]);
      expect(await granted(apiFor([]), path, { method: "OPTIONS", origin: MINE })).toEqual([]);
    },
  );

  test.each([["/health"], ["/runs/none"], ["/nothing"]])(
    "read %s when they are named, and no others do",
    async (path) => {
      const api = apiFor([MINE, "https://other.example"]);
      expect(await granted(api, path, { origin: MINE })).toContainEqual([
        "access-control-allow-origin",
        MINE,
      ]);
      const strangers = [
        "https://evil.example",
        `${MINE}.evil.example`,
        "null",
        "http://app.example",
      ];
      for (const origin of strangers) {
        const names = (await granted(api, path, { origin })).map(([name]) => name);
        expect(names, origin).not.toContain("access-control-allow-origin");
      }
    },
  );

  test("are told before they ask which methods and headers they may send, and never to send cookies", async () => {
    const answer = await granted(apiFor([MINE]), "/runs/a", { method: "OPTIONS", origin: MINE });
    expect(Object.fromEntries(answer)).toEqual({
      "access-control-allow-origin": MINE,
      "access-control-allow-methods": "GET,POST,DELETE",
      "access-control-allow-headers": "authorization,content-type,idempotency-key",
      "access-control-expose-headers": "location,retry-after",
      "access-control-max-age": "600",
    });
  });
});
