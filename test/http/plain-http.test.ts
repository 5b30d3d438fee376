import { describe, expect, test } from "vitest";
import { connect, type ConnectOptions, InvalidArgumentError } from "../../lambda/http/index.ts";

describe("what opens an API", () => {
  const sign = async (request: Request) => request;
  const ways: [string, Pick<ConnectOptions, "token" | "sign" | "headers">][] = [
    ["a token", { token: "secret" }],
    ["a signature", { sign }],
    ["a header of one's own", { headers: { Authorization: "Basic c2VjcmV0" } }],
  ];

  test.each(ways)("is not sent by http to another machine: %s", (_, opened) => {
    for (const host of [
      "api.example",
      "10.0.0.1",
      "0.0.0.0",
      "[::2]",
      "127.0.0.1.example",
      "localhost.example",
    ]) {
      const endpoint = `http://${host}/v1`;
      expect(() => connect({ endpoint, ...opened })).toThrow(InvalidArgumentError);
      expect(() => connect({ endpoint, ...opened })).toThrow(
        `endpoint is "${endpoint}", and what opens the API could be read on its way there; give its https URL`,
      );
    }
  });

  test.each(ways)("is sent by http on this machine, and by https everywhere: %s", (_, opened) => {
    for (const origin of [
      "http://127.0.0.1:3000",
      "http://127.8.9.10",
      "http://localhost:3000",
      "http://[::1]:3000",
      "https://api.example",
    ]) {
      expect(() => connect({ endpoint: origin, ...opened })).not.toThrow();
    }
  });

  test("is not needed where an API is open by http", () => {
    expect(() => connect({ endpoint: "http://api.example", headers: { via: "x" } })).not.toThrow();
  });
});
