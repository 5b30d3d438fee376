import { describe, expect, it } from "vitest";
import * as z from "zod";
import { RetryAfterError, TerminalError } from "../../../lambda/index.ts";
import type { Endpoint } from "../../../lambda/agent/configuration.ts";
import { getJson } from "../../../lambda/agent/hn/client.ts";
import { type HnReply, startHnServer } from "./hn-server.ts";

const schema = z.looseObject({ nbHits: z.number() });
const scope = () => ({ signal: new AbortController().signal, idempotencyKey: "key-1" });
const endpoint = (api: string): Endpoint => ({ corpus: "live", api, itemUrl: "" });

async function get(reply: HnReply) {
  await using server = await startHnServer(() => reply);
  return await getJson(endpoint(server.url), "/search?query=x", schema, scope());
}
const failure = (reply: HnReply) =>
  get(reply).then(
    (value) => Promise.reject(new Error(`answered: ${JSON.stringify(value)}`)),
    (error: unknown) => error,
  );

describe("a request to the search API", () => {
  it("gives the parsed reply, unknown fields and all", async () => {
    await expect(get({ body: { nbHits: 3, novel: true } })).resolves.toEqual({
      nbHits: 3,
      novel: true,
    });
  });

  it("carries the idempotency key of its step", async () => {
    await using server = await startHnServer(() => ({ body: { nbHits: 0 } }));
    await getJson(endpoint(server.url), "/search?query=x", schema, scope());
    expect(server.requests).toEqual([{ path: "/search?query=x", key: "key-1" }]);
  });

  it("gives nothing for what does not exist", async () => {
    await expect(get({ status: 404, body: { error: "Not Found" } })).resolves.toBeUndefined();
  });

  it("comes back when the server says so", async () => {
    const error = await failure({ status: 429, headers: { "retry-after": "30" } });
    expect(error).toBeInstanceOf(RetryAfterError);
    expect(error).toMatchObject({ retryAfterMs: 30_000 });
  });

  it.each([403, 429, 500, 502, 503])("can be retried after %i", async (status) => {
    const error = await failure({ status });
    expect(error).toMatchObject({ message: expect.stringContaining(`status ${status}`) });
    expect(error).not.toBeInstanceOf(TerminalError);
  });

  it.each([400, 422])("is not retried after %i", async (status) => {
    expect(await failure({ status })).toBeInstanceOf(TerminalError);
  });

  it("can be retried after a reply that is no JSON", async () => {
    const error = await failure({ body: "<html>Bad gateway" });
    expect(error).toMatchObject({ message: expect.stringContaining("<html>Bad gateway") });
    expect(error).not.toBeInstanceOf(TerminalError);
  });

  it("is not retried after JSON of another form, and names the field", async () => {
    const error = await failure({ body: { nbHits: "3" } });
    expect(error).toBeInstanceOf(TerminalError);
    expect(error).toMatchObject({ message: expect.stringContaining("nbHits") });
  });

  it("does not read a reply without end", async () => {
    const error = await failure({ body: `"${"x".repeat(16 * 1024 * 1024)}"` });
    expect(error).toBeInstanceOf(TerminalError);
    expect(error).toMatchObject({ message: expect.stringContaining("16777216") });
  });

  it("does not follow a redirect to somewhere else", async () => {
    const error = await failure({ status: 302, headers: { location: "http://127.0.0.1:1/" } });
    expect(error).toMatchObject({ message: expect.stringContaining("no answer") });
  });

  it("can be retried when nothing listens", async () => {
    const server = await startHnServer(() => ({}));
    await server[Symbol.asyncDispose]();
    const failed = getJson(endpoint(server.url), "/search", schema, scope());
    await expect(failed).rejects.toThrow("is the server reachable?");
    await expect(failed).rejects.not.toBeInstanceOf(TerminalError);
  });

  it("ends with the step's own reason when the step aborts it", async () => {
    const controller = new AbortController();
    await using server = await startHnServer(() => ({ body: { nbHits: 0 } }));
    const reason = new Error("the step's time is over");
    controller.abort(reason);
    const aborted = { ...scope(), signal: controller.signal };
    await expect(getJson(endpoint(server.url), "/search", schema, aborted)).rejects.toBe(reason);
  });
});
