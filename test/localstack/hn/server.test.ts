import { EventEmitter, once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Clock } from "../../../lambda/core/clock.ts";
import { getJson, start } from "./running-simulator.ts";
import { id } from "./small-corpus.ts";

/** A request as browsers and attackers send it: fetch would not let us set these headers. */
async function send(
  url: string,
  method: string,
  headers: Record<string, string>,
): Promise<{ status: number | undefined; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      response.resume().on("end", () => {
        resolve({ status: response.statusCode, headers: response.headers });
      });
    });
    sent.on("error", reject).end();
  });
}

function accessLogPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "hn-access-log-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "access.jsonl");
}

function linesOf(path: string): unknown[] {
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}

describe("protection", () => {
  it("refuses a foreign Host, as DNS rebinding would send it", async () => {
    const { url, viewerUrl } = await start();
    const port = new URL(url).port;
    for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1.evil.example"]) {
      expect((await send(`${url}/search`, "GET", { host })).status).toBe(403);
    }
    expect((await send(viewerUrl, "GET", { host: `localhost:${port}` })).status).toBe(200);
  });

  it("refuses a foreign Origin and never sends CORS headers", async () => {
    const { url, viewerUrl } = await start();
    for (const origin of ["https://evil.example", "null", "http://127.0.0.1:1"]) {
      expect((await send(`${url}/search`, "GET", { origin })).status).toBe(403);
    }
    const own = await send(`${url}/search`, "GET", { origin: viewerUrl });
    expect(own.status).toBe(200);
    expect(own.headers).not.toHaveProperty("access-control-allow-origin");
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS"])("refuses %s", async (method) => {
    const { url } = await start();
    const { status, headers } = await send(`${url}/search`, method, {});
    expect(status).toBe(405);
    expect(headers["allow"]).toBe("GET");
  });

  it("survives a path that is no URL", async () => {
    const { url, viewerUrl } = await start();
    const broken = await send(viewerUrl, "GET", { host: "localhost" });
    expect(broken.status).toBe(200);
    expect((await getJson(`${url}/items/%ff`)).status).toBe(404);
  });
});

describe("faults", () => {
  it("come as planned by request and URL, with their headers", async () => {
    const seen: [number, string][] = [];
    const { url } = await start({
      faults: (index, path) => {
        seen.push([index, path]);
        return index === 0 ? { status: 429, headers: { "retry-after": "7" } } : undefined;
      },
    });
    const limited = await fetch(`${url}/search?query=durable`);
    expect(limited.status).toBe(429);
    expect(limited.headers.get("retry-after")).toBe("7");
    expect(await limited.json()).toEqual({ message: "injected fault 429", status: 429 });
    expect((await getJson(`${url}/search?query=durable`)).status).toBe(200);
    expect(seen).toEqual([
      [0, "/api/v1/search?query=durable"],
      [1, "/api/v1/search?query=durable"],
    ]);
  });

  it("can cut the connection", async () => {
    const { url } = await start({ faults: () => ({ destroy: true }) });
    await expect(fetch(`${url}/search`)).rejects.toThrow("fetch failed");
  });

  it("can hold a reply back until the clock has moved on", async () => {
    const wakes: { ms: number; wake: () => void }[] = [];
    const asked = new EventEmitter();
    const waiting = once(asked, "after");
    const clock: Clock = {
      now: () => 0,
      monotonic: () => 0,
      after(ms, wake) {
        wakes.push({ ms, wake });
        asked.emit("after");
        return () => undefined;
      },
    };
    const { url } = await start({ clock, faults: () => ({ delayMs: 60_000 }) });
    let answered = false;
    const reply = fetch(`${url}/search`).then((response) => {
      answered = true;
      return response.status;
    });
    await waiting;
    expect(answered).toBe(false);
    expect(wakes.map(({ ms }) => ms)).toEqual([60_000]);
    wakes[0]?.wake();
    expect(await reply).toBe(200);
  });
});

describe("the access log", () => {
  it("has a line per request, with its idempotency key, before the reply arrives", async () => {
    const accessLog = accessLogPath();
    const { url } = await start({
      accessLog,
      clock: { now: () => 0, monotonic: () => 0, after: () => () => undefined },
      faults: (index) => (index === 1 ? { destroy: true } : undefined),
    });
    await fetch(`${url}/items/${id(1)}`, { headers: { "Idempotency-Key": "read-1" } });
    expect(linesOf(accessLog)).toEqual([
      {
        time: "1970-01-01T00:00:00.000Z",
        method: "GET",
        url: `/api/v1/items/${id(1)}`,
        idempotencyKey: "read-1",
        status: 200,
      },
    ]);
    await expect(fetch(`${url}/search?query=x`)).rejects.toThrow("fetch failed");
    await send(`${url}/search`, "POST", {});
    expect(linesOf(accessLog).slice(1)).toMatchObject([
      { url: "/api/v1/search?query=x", idempotencyKey: null, status: null },
      { method: "POST", status: 405 },
    ]);
  });
});

describe("the port", () => {
  it("is the one asked for, on the loopback interface", async () => {
    const first = await start();
    const port = Number(new URL(first.url).port);
    await first.close();
    const second = await start({ port });
    expect(second.viewerUrl).toBe(`http://127.0.0.1:${port}`);
    expect(second.url).toBe(`http://127.0.0.1:${port}/api/v1`);
    await expect(start({ port })).rejects.toThrow(/EADDRINUSE/u);
  });
});
