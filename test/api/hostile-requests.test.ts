import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Failure } from "../../lambda/api/schemas.ts";
import { jsonView } from "../../lambda/api/json-view.ts";
import { type ApiOnLoopback, apiOnLoopback } from "../support/api-on-loopback.ts";
import { SEARCH_TIMEOUT_MS, searched } from "../support/fuzz.ts";
import { type HostileRequest, hostileRequest } from "../support/hostile-requests.ts";
import { type RawAnswer, requestBytes, sendBytes } from "../support/raw-http.ts";

let api: ApiOnLoopback;

beforeEach(async () => {
  api = await apiOnLoopback();
  await api.savepoint.startByName("any", "secret of a", { id: "run-a" });
  await api.savepoint.startByName("any", "secret of b", { id: "run-b" });
  api.effects();
});
afterEach(() => api.close());

const chunked = (body: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`${body.length.toString(16)}\r\n`),
    body,
    Buffer.from("\r\n0\r\n\r\n"),
  ]);

function send({ method, target, contentType, headers, body, isChunked }: HostileRequest) {
  const isInChunks = isChunked && body.length > 0;
  const framing = isInChunks
    ? (["transfer-encoding", "chunked"] as const)
    : (["content-length", String(body.length)] as const);
  const all = [
    ["host", `127.0.0.1:${api.port}`] as const,
    ["x-savepoint-token", api.token] as const,
    ["connection", "close"] as const,
    ["content-type", contentType] as const,
    framing,
    ...headers,
  ];
  const bytes = isInChunks ? chunked(body) : body;
  return sendBytes(api.port, requestBytes({ method, target, headers: all, body: bytes }));
}

const post = (target: string, body: string): Promise<RawAnswer> =>
  send({
    method: "POST",
    target,
    contentType: "application/json",
    headers: [],
    body: Buffer.from(body),
    isChunked: false,
  });

const get = (target: string): Promise<RawAnswer> =>
  send({
    method: "GET",
    target,
    contentType: "application/json",
    headers: [],
    body: Buffer.alloc(0),
    isChunked: false,
  });

/** Refused by Node's parser, which says so without words: too long a head, or no HTTP at all. */
const isNodes = ({ status, body }: RawAnswer): boolean =>
  (status === 431 || status === 400) && body === "";

/** An answer to the Expect header comes before the answer. */
const isInterim = ({ status }: RawAnswer): boolean => status === 100;

const shown = (text: string): string => text.replaceAll(/[^ -~]/g, "?").slice(0, 300);

test(
  "a request is served or refused in the API's words, and one that is refused changes nothing",
  async () => {
    await fc.assert(
      fc.asyncProperty(hostileRequest, async (request) => {
        api.failures.length = 0;
        const answer = await send(request);
        const effects = api.effects();
        const told = `${request.method} ${shown(request.target)} → ${answer.status} ${shown(answer.body)}`;
        expect(api.failures, told).toEqual([]);
        expect(Reflect.get({}, "polluted"), told).toBe(undefined);
        if (!request.target.includes("run-b"))
          expect(answer.body, told).not.toContain("secret of b");
        if (isInterim(answer)) return;
        expect(answer.status, told).toBeGreaterThanOrEqual(200);
        expect(answer.status, told).toBeLessThan(500);
        if (answer.status < 400) return;
        expect(effects, told).toEqual([]);
        if (isNodes(answer) || request.method === "HEAD") return;
        const { error } = Failure.parse(JSON.parse(answer.body));
        expect(error.message, told).not.toMatch(/\n\s+at /);
        expect(error.message.length, told).toBeLessThan(4_000);
      }),
      searched(150),
    );
  },
  SEARCH_TIMEOUT_MS,
);

describe("a request that was answered 500, or left something behind", () => {
  const DEEP = `${"[".repeat(20_000)}1${"]".repeat(20_000)}`;

  test("an input nested deep where its schema does not look is refused as it is", async () => {
    const { status, body } = await post("/runs/digest", `{"input":{"id":1,"x":${DEEP}}}`);
    expect([status, body]).toEqual([422, expect.stringContaining("nested too deeply")]);
    expect(api.effects()).toEqual([]);
  });

  test("a large input for an id that is taken leaves no parts of it", async () => {
    const noise = Array.from({ length: 2_000 }, (_, index) =>
      ((index * 2_654_435_761) >>> 0).toString(36),
    ).join("");
    const { status } = await post("/runs/any", JSON.stringify({ input: noise, id: "run-a" }));
    expect([status, api.effects()]).toEqual([409, []]);
  });

  test.each(["until=8640000000000001", "until=9007199254740991", "cursor=OTk5OTk5OTk5OTk5OTkjYQ"])(
    "a list up to a time that never comes is one up to now: %s",
    async (query) => {
      const { status, body } = await get(`/runs?${query}`);
      expect(status).toBe(200);
      expect(body).toContain('"run-b"');
    },
  );

  test("a list since a time that never comes is empty", async () => {
    const { status, body } = await get("/runs?since=8640000000000001");
    expect([status, body]).toEqual([200, '{"runs":[]}']);
  });

  test("a list of more than 400 days is refused, and says by how much", async () => {
    const { status, body } = await get("/runs?since=0");
    expect([status, body]).toEqual([422, expect.stringContaining("over 400 days before until")]);
  });

  test("a body with a key of a megabyte is refused without saying it all", async () => {
    const { status, body } = await post(
      "/runs/any",
      JSON.stringify({ ["k".repeat(1_000_000)]: 1 }),
    );
    expect(status).toBe(422);
    expect(body.length).toBeLessThan(3_000);
  });

  test("a path of thousands of characters is refused without saying it all", async () => {
    const { status, body } = await get(`/nothing/${"x".repeat(5_000)}`);
    expect(status).toBe(404);
    expect(body.length).toBeLessThan(500);
  });

  test("a body that is not UTF-8 is refused, not read as something else", async () => {
    const body = Buffer.from('{"input":"\xff\xfe"}', "latin1");
    const request = { method: "POST", target: "/runs/any", contentType: "application/json" };
    const answer = await send({ ...request, headers: [], body, isChunked: true });
    expect([answer.status, answer.body]).toEqual([400, expect.stringContaining("UTF-8")]);
    expect(api.effects()).toEqual([]);
  });

  test("a method that no route could have is refused before it reaches the function", async () => {
    const request = { method: "TRACE", target: "/runs", contentType: "application/json" };
    const answer = await send({ ...request, headers: [], body: Buffer.alloc(0), isChunked: false });
    expect([answer.status, answer.body]).toEqual([405, expect.stringContaining("TRACE")]);
  });
});

describe("a recorded value that would not end as JSON", () => {
  const refused = expect.objectContaining({ status: 507, code: "answer_too_large" }) as unknown;
  const view = (value: unknown): unknown => {
    try {
      return jsonView(value);
    } catch (error) {
      return error;
    }
  };

  test.each<[string, () => unknown]>([
    ["few objects that are referred to very often", () => doubled(60)],
    ["an array of empty places", () => Object.assign([], { length: 4_294_967_295 })],
    ["text that is referred to very often", () => Array<string>(100).fill("x".repeat(100_000))],
    ["nesting that is deep only by one way", () => chain(2_000)],
  ])("is refused: %s", (_, make) => {
    expect(view(make())).toEqual(refused);
  });

  function doubled(levels: number): unknown {
    let value: unknown = 1;
    for (let level = 0; level < levels; level += 1) value = [value, value];
    return value;
  }

  /** Each link is also at hand directly, the innermost first. */
  function chain(length: number): unknown {
    const links: unknown[] = [[]];
    for (let link = 1; link < length; link += 1) links.push([links[link - 1]]);
    return links;
  }
});
