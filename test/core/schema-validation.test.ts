import { expect, test } from "vitest";
import * as z from "zod";
import { ValidationError } from "../../lambda/core/errors.ts";
import { validate } from "../../lambda/core/schema-validation.ts";

const what = 'input of workflow "digest"';
const schema = z.object({
  user: z.object({ tags: z.array(z.string()), "first name": z.string() }),
  count: z.coerce.number().default(3),
});

const failure = async (promise: Promise<unknown>): Promise<ValidationError> => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ValidationError) return error;
  throw new Error(`expected a ValidationError, got ${String(error)}`);
};

test("gives what the schema makes of the value: defaults and conversions included", async () => {
  const given = { user: { tags: ["a"], "first name": "x" } };
  expect(await validate(schema, given, what)).toEqual({ ...given, count: 3 });
});

test("names what is wrong and where", async () => {
  const error = await failure(
    validate(schema, { user: { tags: ["a", 5], "first name": 1 } }, what),
  );
  expect(error.issues.map(({ path }) => path)).toEqual(["user.tags[1]", 'user["first name"]']);
  expect(error.message).toMatch(
    /^input of workflow "digest" is not valid: user\.tags\[1\]: .*; user\["first/,
  );
});

test("a complaint about the value itself has an empty path", async () => {
  const error = await failure(validate(z.string(), 5, what));
  expect(error.issues).toEqual([{ path: "", message: expect.stringContaining("string") }]);
});

test("an array's own path begins with its index", async () => {
  const error = await failure(validate(z.array(z.string()), [1], what));
  expect(error.issues[0]?.path).toBe("[0]");
});

test("a message does not grow with the complaints, the issues do", async () => {
  const error = await failure(validate(z.array(z.string()), Array(50).fill(1), what));
  expect(error.issues).toHaveLength(50);
  expect(error.message).toMatch(/; and 45 more$/);
});

test("any library's schema will do: path segments as objects, validation that takes time", async () => {
  const custom = {
    "~standard": {
      version: 1,
      vendor: "custom",
      validate: async () => ({ issues: [{ message: "no", path: [{ key: "a" }, { key: 0 }] }] }),
    },
  } as const;
  expect((await failure(validate(custom, {}, what))).issues).toEqual([
    { path: "a[0]", message: "no" },
  ]);
});
