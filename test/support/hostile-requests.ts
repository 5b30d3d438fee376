import * as fc from "fast-check";
import { body, encoded, hostileText, SEGMENTS } from "./hostile-texts.ts";

const segment = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...SEGMENTS) },
  { weight: 2, arbitrary: fc.constantFrom("run-a", "run-b", "any", "digest") },
  { weight: 1, arbitrary: hostileText.map(encoded) },
);

const verb = fc.constantFrom(
  "cancel",
  "terminate",
  "pause",
  "resume",
  "fork",
  "history",
  "export",
  "events",
  "nothing",
  "%63ancel",
);

const path = fc.oneof(
  segment.map((id) => `/runs/${id}`),
  fc.tuple(segment, verb).map(([id, what]) => `/runs/${id}/${what}`),
  fc.tuple(segment, segment).map(([id, name]) => `/runs/${id}/events/${name}`),
  fc.tuple(segment, segment, segment).map(([a, b, c]) => `/runs/${a}/${b}/${c}`),
  segment.map((token) => `/tokens/${token}`),
  fc.constantFrom(
    "/",
    "//",
    "/runs",
    "/runs/",
    "/health",
    "/openapi.json",
    "/__savepoint/none",
    "*",
    "http://evil.example/runs/run-b",
    "/runs//run-a",
    "/./runs/run-a",
    "/runs/../runs/run-b",
  ),
);

const QUERY_NAMES = [
  "workflow",
  "status",
  "since",
  "until",
  "parent",
  "attribute",
  "limit",
  "cursor",
  "children",
  "__proto__",
  "constructor",
  "toString",
  "x",
];

const queryValue = fc.oneof(
  hostileText.map(encoded),
  fc.constantFrom(
    "run-a",
    "failed",
    "running",
    "0",
    "1",
    "200",
    "201",
    "9007199254740991",
    "9".repeat(16),
    "8640000000000001",
    "253402300800000",
    "a:b",
    "__proto__:x",
    "true",
    "WzEsMl0",
    "OTk5OTk5OTk5OTk5OTkjYQ",
    "Ii4uIg",
    "bnVsbA",
    "W10",
    "WyJIIyIsMSwxXQ",
  ),
);

const query = fc
  .array(fc.tuple(fc.constantFrom(...QUERY_NAMES), queryValue), { maxLength: 3 })
  .map((pairs) => (pairs.length === 0 ? "" : `?${pairs.map(([k, v]) => `${k}=${v}`).join("&")}`));

const contentType = fc.constantFrom(
  "application/json",
  "application/json",
  "application/json",
  "application/json; charset=utf-16",
  "APPLICATION/JSON",
  "text/plain",
  "",
  "application/json, text/plain",
  "multipart/form-data; boundary=x",
);

const extraHeader = fc.oneof(
  fc.tuple(
    fc.constant("idempotency-key"),
    fc.constantFrom("k", "", "x".repeat(201), "\xff\xfe", "__proto__", "a\tb"),
  ),
  fc.constantFrom<[string, string]>(
    ["content-encoding", "gzip"],
    ["x-http-method-override", "DELETE"],
    ["x-forwarded-host", "evil.example"],
    ["__proto__", "x"],
    ["constructor", "x"],
    ["expect", "100-continue"],
    ["range", "bytes=0-1"],
    ["accept-encoding", "gzip, deflate, br"],
    ["upgrade", "websocket"],
    ["cookie", "a=\xff"],
    ["x-amz-target", "DynamoDB_20120810.PutItem"],
  ),
);

/** A request as somebody hostile would send it, framing and admission aside. */
export interface HostileRequest {
  readonly method: string;
  readonly target: string;
  readonly contentType: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly isChunked: boolean;
}

/** Requests that nearly fit: method, path and content type go together, what they carry is hostile. */
const likely = fc.record({
  place: fc.oneof(
    fc
      .constantFrom("any", "digest", "__proto__")
      .map((name) => ["POST", `/runs/${name}`, ""] as const),
    query.map((asked) => ["GET", "/runs", asked] as const),
    fc.tuple(segment, verb).map(([id, what]) => ["POST", `/runs/${id}/${what}`, ""] as const),
    fc
      .tuple(segment, fc.constantFrom("", "/history", "/export"), query)
      .map(([id, what, asked]) => ["GET", `/runs/${id}${what}`, asked] as const),
    fc
      .tuple(fc.constantFrom("run-a", "run-b"), segment)
      .map(([id, name]) => ["POST", `/runs/${id}/events/${name}`, ""] as const),
    segment.map((id) => ["DELETE", `/runs/${id}`, ""] as const),
    segment.map((token) => ["POST", `/tokens/${token}`, ""] as const),
  ),
  headers: fc.array(extraHeader, { maxLength: 1 }),
  body,
  isChunked: fc.boolean(),
});

const wild = fc.record({
  method: fc.constantFrom(
    "POST",
    "GET",
    "DELETE",
    "PUT",
    "PATCH",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "PROPFIND",
  ),
  target: fc.tuple(path, query).map(([where, asked]) => where + asked),
  contentType,
  headers: fc.array(extraHeader, { maxLength: 2 }),
  body,
  isChunked: fc.boolean(),
});

/** Requests of all kinds to the HTTP API. */
export const hostileRequest: fc.Arbitrary<HostileRequest> = fc.oneof(
  {
    weight: 3,
    arbitrary: likely.map(({ place: [method, where, asked], ...rest }) => ({
      ...rest,
      method,
      target: where + asked,
      contentType: "application/json",
    })),
  },
  { weight: 1, arbitrary: wild },
);
