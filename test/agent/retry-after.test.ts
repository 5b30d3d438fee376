import { describe, expect, it } from "vitest";
import { retryAfterOf } from "../../lambda/agent/retry-after.ts";

describe("the pause a server asks for", () => {
  it.each<[Record<string, string>, number | Date | undefined]>([
    [{ "retry-after": "12" }, 12_000],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "1.5" }, 1_500],
    [{ "retry-after-ms": "250", "retry-after": "12" }, 250],
    [{ "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }, new Date("2026-10-21T07:28:00Z")],
    [{ "retry-after": "999999999" }, 3_600_000],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "-5" }, undefined],
    [{}, undefined],
  ])("of %j is %s", (headers, pause) => {
    expect(retryAfterOf(new Headers(headers))).toEqual(pause);
  });
});
