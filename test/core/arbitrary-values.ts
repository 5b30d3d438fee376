import * as fc from "fast-check";

/** Strings with everything in them, unpaired surrogates included. */
export const anyString = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
  .map((units) => String.fromCharCode(...units));

const builtin = fc.constantFrom(Error, TypeError, RangeError, SyntaxError, URIError);

const propertyName = fc
  .string({ minLength: 1, maxLength: 8 })
  .filter((name) => !["__proto__", "name", "message", "stack", "cause"].includes(name));

/** What can hang on an error: an object with a key `__proto__` is left out of it, as documented. */
const plainData = fc.jsonValue().filter((value) => !JSON.stringify(value).includes("__proto__"));

/** Errors with causes and properties of their own. */
export const anyError = fc.letrec<{ error: Error; cause: unknown }>((tie) => ({
  error: fc
    .record({
      Class: builtin,
      message: anyString,
      name: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
      cause: fc.option(tie("cause"), { nil: undefined, depthSize: "small" }),
      own: fc.dictionary(propertyName, plainData, { maxKeys: 3 }),
    })
    .map(({ Class, message, name, cause, own }) => {
      const error = new Class(message, cause === undefined ? undefined : { cause });
      if (name !== undefined && name !== error.name) {
        Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
      }
      return Object.assign(error, own);
    }),
  cause: fc.oneof({ depthSize: "small" }, plainData, tie("error")),
})).error;

/** Whether devalue refuses the value because of a key named `__proto__`. */
const hasProto = (value: unknown): boolean => {
  if (typeof value !== "object" || value === null) return false;
  if (Object.hasOwn(value, "__proto__")) return true;
  const parts: unknown[] =
    value instanceof Map
      ? [...value.keys(), ...value.values()]
      : value instanceof Set
        ? [...value]
        : [];
  return [...parts, ...(ArrayBuffer.isView(value) ? [] : Object.values(value))].some(hasProto);
};

/** Values of every kind that can be recorded, errors aside. */
export const anyValue = fc
  .anything({
    key: anyString,
    values: [
      fc.boolean(),
      fc.double(),
      fc.integer(),
      anyString,
      fc.constant(undefined),
      fc.constant(null),
      // An invalid one is equal to none, not even to itself; it has a test of its own.
      fc.date({ noInvalidDate: true }),
    ],
    withBigInt: true,
    withBoxedValues: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withSparseArray: true,
    withTypedArray: true,
    maxDepth: 4,
  })
  .filter((value) => !hasProto(value));
