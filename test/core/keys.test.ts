import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../lambda/core/errors.ts";
import {
  assertIdempotencyKey,
  assertName,
  assertRunId,
  childId,
  idempotencyKey,
  operationKey,
} from "../../lambda/core/keys.ts";
import { isPossibleRunId } from "../../lambda/core/run-id.ts";

describe("idempotency keys", () => {
  test.each(["k", "order 7", "x".repeat(200), "~!"])("%j is accepted", (key) => {
    expect(() => assertIdempotencyKey(key)).not.toThrow();
  });

  // As headers they would arrive as another key, or not at all.
  test.each(["", "order 7 ", " order 7", "日本", "a\nb", "x".repeat(201), undefined])(
    "%j is refused",
    (key) => {
      expect(() => assertIdempotencyKey(key)).toThrow(InvalidArgumentError);
    },
  );
});

describe("run ids", () => {
  test.each(["a", "research-42", "A.b_c:d-9", "...", "x".repeat(200)])("%j is accepted", (id) => {
    expect(() => assertRunId(id)).not.toThrow();
    expect(isPossibleRunId(id)).toBe(true);
  });

  test.each(["", "x".repeat(201), "a b", "a/b", "a#b", "ä", "a\n", ".", "..", "%41", undefined, 5])(
    "%j is refused, and named",
    (id) => {
      expect(() => assertRunId(id)).toThrow(InvalidArgumentError);
    },
  );

  test.each(["parent~1~key", "nightly@2026-01-01"])("%s cannot be given, but can exist", (id) => {
    expect(() => assertRunId(id)).toThrow(JSON.stringify(id));
    expect(isPossibleRunId(id)).toBe(true);
  });

  test("an endless id is not repeated in full", () => {
    expect(() => assertRunId("x".repeat(1e6))).toThrow(/^.{0,400}$/);
  });
});

describe("names", () => {
  test.each(["fetch", "send e-mail", "Größe", "a.b:c", "x".repeat(100)])(
    "%j is accepted",
    (name) => {
      expect(() => assertName("step", name)).not.toThrow();
    },
  );

  test.each([
    "",
    "a/b",
    "a#2",
    "a~b",
    "a@b",
    "a\nb",
    "\u0000",
    "\ud800",
    "..",
    "ö".repeat(51),
    null,
  ])("%j is refused, and named", (name) => {
    expect(() => assertName("step", name)).toThrow(
      `${typeof name === "string" ? JSON.stringify(name) : String(name)} is not a name for a step`,
    );
  });
});

describe("operation keys", () => {
  test.each([
    ["", "plan", 1, "plan"],
    ["", "read", 2, "read#2"],
    ["facets/2", "search", 1, "facets/2/search"],
    ["facets/2", "search", 3, "facets/2/search#3"],
  ])("in %j, %s for the %d. time is %s", (scope, name, occurrence, key) => {
    expect(operationKey(scope, name, occurrence)).toBe(key);
  });

  test("scopes nested too deep are refused: the key would not fit a sort key", () => {
    expect(() => operationKey("s".repeat(899), "x", 1)).toThrow(/900 bytes; nest fewer scopes/);
  });
});

const segment = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9._:-]{1,12}$/),
  fc
    .string({ minLength: 1, maxLength: 12, unit: "grapheme" })
    .filter((name) => !/[/#~@\p{Cc}]/u.test(name)),
);
const operation = fc
  .array(fc.tuple(segment, fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 4 })
  .map((parts) =>
    parts.reduce((scope, [name, occurrence]) => operationKey(scope, name, occurrence), ""),
  );
const parent = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9._:-]{1,200}$/),
  fc.tuple(fc.stringMatching(/^[a-z]{1,9}$/), operation).map(([id, key]) => childId(id, 1, key)),
);

describe("ids of children", () => {
  test.each([
    ["research-42", 1, "summarise", "research-42~1~summarise"],
    ["research-42", 2, "digests/story-7", "research-42~2~digests@story-7"],
    ["a~1~b", 1, "read#2", "a~1~b~1~read@@2"],
  ])("of %s in round %d under %s is %s", (id, round, key, child) => {
    expect(childId(id, round, key)).toBe(child);
  });

  test("are valid, at most 200 characters, and the same each time", () => {
    fc.assert(
      fc.property(parent, fc.nat({ max: 99 }), operation, (id, round, key) => {
        const child = childId(id, round, key);
        expect(isPossibleRunId(child)).toBe(true);
        expect(childId(id, round, key)).toBe(child);
        expect(() => assertRunId(child)).toThrow(InvalidArgumentError);
      }),
    );
  });

  test("are never shared by two", () => {
    const place = fc.tuple(parent, fc.nat({ max: 3 }), operation);
    fc.assert(
      fc.property(place, place, ([a, b, c], [x, y, z]) => {
        fc.pre(JSON.stringify([a, b, c]) !== JSON.stringify([x, y, z]));
        expect(childId(a, b, c)).not.toBe(childId(x, y, z));
      }),
    );
  });

  test.each<[Parameters<typeof childId>, Parameters<typeof childId>]>([
    [
      ["p", 1, "a b"],
      ["p", 1, "a-b"],
    ],
    [
      ["p", 1, "a b"],
      ["p", 1, "a\u00a0b"],
    ],
    [
      ["p", 1, "a/2"],
      ["p", 1, "a#2"],
    ],
    [
      ["p", 1, "a/1/k"],
      ["p~1~a", 1, "k"],
    ],
    [
      ["p".repeat(200), 1, "k"],
      [`${"p".repeat(199)}q`, 1, "k"],
    ],
    [
      ["p".repeat(150), 1, "k".repeat(100)],
      ["p".repeat(150), 2, "k".repeat(100)],
    ],
  ])("%j and %j differ", (one, other) => {
    expect(childId(...one)).not.toBe(childId(...other));
  });

  test("that are hashed still begin as the parent and end as the key", () => {
    const id = childId("p".repeat(190), 1, "digests/story-7");
    expect(id).toMatch(/^p{80}~x[\w-]{22}~digests@story-7$/);
  });
});

test("an idempotency key differs by run, incarnation, round, step and how often that was undone", () => {
  const run = { id: "r", incarnation: "i", round: 1 };
  const key = idempotencyKey(run, "charge");
  expect(key).toMatch(/^[\w-]{24}$/);
  expect(idempotencyKey({ ...run }, "charge")).toBe(key);
  const others = [
    idempotencyKey({ ...run, id: "s" }, "charge"),
    idempotencyKey({ ...run, incarnation: "j" }, "charge"),
    idempotencyKey({ ...run, round: 2 }, "charge"),
    idempotencyKey(run, "charge#2"),
    idempotencyKey(run, "charge", 1),
  ];
  expect(new Set([key, ...others]).size).toBe(6);
});
