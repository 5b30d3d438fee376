import * as fc from "fast-check";
import type { AttributeValue } from "../../../localstack/embedded/dynamodb/item.ts";

type Values = fc.Arbitrary<AttributeValue>;
const one = <T>(...options: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...options);

/** A number with which it is reckoned: both do so exactly. */
export const small: Values = fc.integer({ min: -2, max: 5 }).map((n) => ({ N: String(n) }));

/** A number: small ones are often equal, the others are at the edges of what is stored. */
export const number: Values = fc.oneof(
  { weight: 4, arbitrary: small },
  {
    weight: 1,
    arbitrary: one(
      "0.1",
      "-0.55",
      "1.50",
      "007",
      "1e3",
      "123456789012345678901234",
      "1E-130",
      "-9.99e125",
    ).map((N) => ({ N })),
  },
);

/** A string: store-like ones, empty, beyond ASCII, with characters that UTF-16 sorts otherwise. */
export const text: Values = one(
  "",
  "a",
  "ab",
  "queued",
  "running",
  "ü",
  "\u{ffee}",
  "\u{1f600}",
  "\u0000",
).map((S) => ({ S }));

/** Bytes. */
export const binary: Values = one("", "AA==", "/w==", "AAE=").map((B) => ({ B }));

const texts: Values = fc
  .uniqueArray(one("a", "b", "ü", ""), { minLength: 1 })
  .map((SS) => ({ SS }));

/** A set. */
export const set: Values = fc.oneof(
  texts,
  fc.uniqueArray(one("1", "-2.5", "3"), { minLength: 1 }).map((NS) => ({ NS })),
  fc.uniqueArray(one("AA==", "/w=="), { minLength: 1 }).map((BS) => ({ BS })),
);

const scalar: Values = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(text, number) },
  binary,
  one<AttributeValue>({ BOOL: true }, { BOOL: false }, { NULL: true }),
);

const map: Values = fc.dictionary(one("x", "y"), scalar).map((M) => ({ M }));
const maps: Values = fc.array(map, { maxLength: 3 }).map((L) => ({ L }));

/** A value that has a size: the two disagree about that of all others. */
export const sized: Values = fc.oneof(
  { weight: 2, arbitrary: one("", "ab", "ü", "\u{1f600}").map((S) => ({ S })) },
  binary,
  set,
  fc.array(scalar, { maxLength: 3 }).map((L) => ({ L })),
  map,
);

/** Any value. Maps hold `x` and `y`, as the paths below expect. */
export const value: Values = fc.oneof(
  { weight: 4, arbitrary: scalar },
  set,
  fc.array(scalar, { maxLength: 3 }).map((L) => ({ L })),
  map,
  maps,
);

/** Attributes that are no keys, with values of the types that the store gives such. */
export const FITTING = {
  status: text,
  epoch: small,
  quorum: small,
  box: maps,
  tokens: texts,
  error: map,
} as const;
