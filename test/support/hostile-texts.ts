import * as fc from "fast-check";

/** Names and ids that have broken programs before, as they stand in a path. */
export const SEGMENTS = [
  "run-a",
  "run-b",
  "any",
  "digest",
  "__proto__",
  "constructor",
  "toString",
  "..",
  ".",
  "%2e%2e",
  "%2E%2e%2frun-b",
  "%252e%252e",
  "..%2f..%2fruns%2frun-b",
  "..%5crun-b",
  "run-a%00",
  "%00",
  "%",
  "%zz",
  "%c0%ae",
  "%ff%fe",
  "run-a%2fcancel",
  "run-a;run-b",
  "run-a%0d%0ax:%20y",
  "RUN%23run-a",
  "H%23",
  "run-a~1~step",
  "@cancel",
  "run-a%3fwait=1",
  "%F0%9F%92%A9",
  "%ED%A0%80",
  "a".repeat(201),
  "a".repeat(5_000),
  "*",
  ":id",
  "{id}",
  "$(id)",
  "'%20OR%201=1",
];

/** Text that is no id, no number and no cursor. */
export const hostileText = fc.oneof(
  fc.constantFrom(...SEGMENTS.map(decodedOrRaw)),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(
    "",
    "null",
    "NaN",
    "-1",
    "1e999",
    "9".repeat(16),
    "9".repeat(400),
    "\ud800",
    "\u0000",
  ),
);

function decodedOrRaw(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Each byte of a text escaped. */
export function encoded(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}

const nested = (depth: number, open: string, close: string): string =>
  `${open.repeat(depth)}1${close.repeat(depth)}`;

/** Hardly compresses: too large to be kept in the run's own item. */
const NOISE = Array.from({ length: 4_000 }, (_, index) => Math.imul(index, 2_654_435_761) >>> 0)
  .map((number) => number.toString(36))
  .join("");

const JSON_TEXTS = [
  "{}",
  "null",
  "[]",
  '"x"',
  '{"input":{"id":1}}',
  '{"input":{"id":1,"id":"2"},"id":"run-a","id":"run-b"}',
  '{"input":1,"id":"run-a"}',
  '{"input":1,"id":"run-b"}',
  '{"input":{"__proto__":{"polluted":1}}}',
  '{"input":{"constructor":{"prototype":{"polluted":1}}}}',
  '{"__proto__":{"id":"x"},"input":1}',
  '{"input":1,"attributes":{"__proto__":"x","constructor":"y"}}',
  '{"input":1,"attributes":{"a":"\\ud800"}}',
  '{"input":1,"timeout":"99999999999999999999w"}',
  '{"input":1,"timeout":1e308}',
  '{"input":1,"timeout":"1e5s"}',
  '{"input":1,"id":".."}',
  '{"input":1,"id":"a\\u0000"}',
  '{"reason":"\\u0000\\u001b[31m"}',
  '{"reason":5}',
  '{"from":"\\u0000","input":1}',
  '{"from":"__proto__","id":"run-b"}',
  '{"from":"OP#x","id":"fork"}',
  '{"input":"\\ud800\\udfff\\ud800"}',
  `{"input":${nested(150, "[", "]")}}`,
  `{"input":${nested(3_000, "[", "]")}}`,
  `{"input":{"id":1,"x":${nested(20_000, "[", "]")}}}`,
  `{"input":{"id":1,"x":${nested(20_000, '{"a":', "}")}}}`,
  nested(100_000, "[", "]"),
  "[".repeat(100_000),
  `{"input":"${NOISE}"}`,
  `{"input":"${NOISE}","id":"run-b"}`,
  `{"${NOISE}":1}`,
  "{",
  "{'a':1}",
  "NaN",
  "1e999",
  "\ufeff{}",
  "",
  " ",
];

/** Bodies, most of them JSON. */
export const body = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...JSON_TEXTS).map((text) => Buffer.from(text)) },
  {
    weight: 2,
    arbitrary: fc
      .record(
        {
          input: fc.jsonValue(),
          id: hostileText,
          timeout: hostileText,
          reason: hostileText,
          from: hostileText,
        },
        { requiredKeys: [] },
      )
      .map((value) => Buffer.from(JSON.stringify(value))),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      Buffer.from('{"input":"\xff\xfe"}', "latin1"),
      Buffer.from("fffe7b007d00", "hex"),
    ),
  },
);
