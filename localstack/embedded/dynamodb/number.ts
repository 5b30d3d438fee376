import { validationError } from "./errors.ts";

/** A number other than 0 as `±0.DIGITS × 10^exponent`; the digits begin and end with no zero. */
interface Decimal {
  readonly isNegative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

/** DynamoDB's numbers have up to 38 significant digits ("Data types" in the developer guide). */
const MAX_DIGITS = 38;
/** 9.99…E+125 is the largest magnitude, in our notation 0.99… × 10^126. */
const MAX_EXPONENT = 126;
/** 1E-130 is the smallest magnitude, in our notation 0.1 × 10^-129. */
const MIN_EXPONENT = -129;
/** Decimal numbers up to this length are told apart, and ordered rightly, by their doubles. */
const EXACT_LENGTH = 15;

const SYNTAX = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/**
 * The one way to write a number: no exponent, no superfluous zeros or signs.
 *
 * @throws AwsError `ValidationException` when the text is no number, has more than 38 significant
 * digits, or leaves the range of ±1E-130 to ±9.99E+125
 */
export function normalizeNumber(text: string): string {
  if (isNormalInteger(text)) return text;
  const decimal = parse(text);
  return decimal ? format(decimal) : "0";
}

/** The sum of two normal numbers, exactly. Throws like {@link normalizeNumber}. */
export function addNumbers(left: string, right: string): string {
  return combine(left, right, 1n);
}

/** The difference of two normal numbers, exactly. Throws like {@link normalizeNumber}. */
export function subtractNumbers(left: string, right: string): string {
  return combine(left, right, -1n);
}

/** Negative, zero or positive as the left of two normal numbers is smaller, equal or greater. */
export function compareNumbers(left: string, right: string): number {
  if (left.length <= EXACT_LENGTH && right.length <= EXACT_LENGTH) {
    return Number(left) - Number(right);
  }
  const [a, b] = [numberOrder(left), numberOrder(right)];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A string for a normal number such that strings compare by `<` as their numbers do. */
export function numberOrder(text: string): string {
  const decimal = parse(text);
  if (!decimal) return "1";
  const { isNegative, digits } = decimal;
  const magnitude = String(decimal.exponent + 500) + digits;
  // A tilde sorts behind the digits, so that -0.5 comes after -0.55.
  return isNegative ? `0${complement(magnitude)}~` : `2${magnitude}`;
}

/** How many digits of a normal number count. */
export function significantDigits(text: string): number {
  let first = -1;
  let last = -1;
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) continue;
    digits++;
    if (code === 48) continue;
    if (first === -1) first = digits;
    last = digits;
  }
  return first === -1 ? 1 : last - first + 1;
}

function isNormalInteger(text: string): boolean {
  const { length } = text;
  const start = text.charCodeAt(0) === 45 ? 1 : 0;
  if (length === start || length > EXACT_LENGTH) return false;
  if (text.charCodeAt(start) === 48) return length === 1;
  for (let i = start; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

/** Undefined stands for zero. */
function parse(text: string): Decimal | undefined {
  const [, sign, whole = "", fraction = "", power = "0"] = SYNTAX.exec(text) ?? [];
  if (sign === undefined || whole.length + fraction.length === 0) {
    throw validationError(`The parameter cannot be converted to a numeric value: ${text}`);
  }
  const all = whole + fraction;
  let first = 0;
  while (all[first] === "0") first++;
  let end = all.length;
  while (end > first && all[end - 1] === "0") end--;
  if (end === first) return undefined;
  return inRange({
    isNegative: sign === "-",
    digits: all.slice(first, end),
    exponent: whole.length - first + Number(power),
  });
}

function inRange(decimal: Decimal): Decimal {
  if (decimal.digits.length > MAX_DIGITS) {
    throw validationError("Attempting to store more than 38 significant digits in a Number");
  }
  if (decimal.exponent > MAX_EXPONENT) {
    throw validationError(
      "Number overflow. Attempting to store a number with magnitude larger than supported range",
    );
  }
  if (decimal.exponent < MIN_EXPONENT) {
    throw validationError(
      "Number underflow. Attempting to store a number with magnitude smaller than supported range",
    );
  }
  return decimal;
}

function format({ isNegative, digits, exponent }: Decimal): string {
  const sign = isNegative ? "-" : "";
  if (exponent <= 0) return `${sign}0.${"0".repeat(-exponent)}${digits}`;
  if (digits.length <= exponent) return sign + digits.padEnd(exponent, "0");
  return `${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

function combine(left: string, right: string, factor: bigint): string {
  const scale = Math.max(fractionLength(left), fractionLength(right));
  const result = scaled(left, scale) + factor * scaled(right, scale);
  return normalizeNumber(`${result}e-${scale}`);
}

function fractionLength(text: string): number {
  const point = text.indexOf(".");
  return point === -1 ? 0 : text.length - point - 1;
}

function scaled(text: string, scale: number): bigint {
  return BigInt(text.replace(".", "") + "0".repeat(scale - fractionLength(text)));
}

function complement(digits: string): string {
  let result = "";
  for (const digit of digits) result += String(9 - Number(digit));
  return result;
}
