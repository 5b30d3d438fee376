/** Characters of an input template (EventBridge API reference, "InputTransformer"); some are for its frame. */
const INPUT_MAX = 8192 - 512;

/**
 * Checks what EventBridge is to pass on. It is sent as a template, whose placeholders are in `<` and `>`.
 * @throws Error that names the place of what is no JSON, or could be taken for a placeholder
 */
export function assertJson(input: unknown): void {
  check(input, "input");
  const { length } = JSON.stringify(input);
  if (length > INPUT_MAX) {
    throw new Error(
      `its input has ${length} characters as JSON, and EventBridge passes on ${INPUT_MAX}; have a step fetch what is larger`,
    );
  }
}

function check(value: unknown, place: string): void {
  if (value === null || typeof value === "boolean") return;
  if (typeof value === "number" && Number.isFinite(value)) return;
  if (typeof value === "string") return checkText(value, place);
  if (Array.isArray(value)) {
    // By index: an empty place is none of the entries.
    for (let n = 0; n < value.length; n++) check(value[n], `${place}[${n}]`);
    return;
  }
  if (typeof value === "object" && isPlain(value)) {
    for (const [name, each] of Object.entries(value)) {
      checkText(name, `the name of ${place}`);
      check(each, `${place}.${name}`);
    }
    return;
  }
  throw new Error(`${place} is ${shown(value)}, which is not JSON`);
}

function checkText(text: string, place: string): void {
  if (!/[<>]/.test(text)) return;
  throw new Error(
    `${place} has < or > in ${shown(text)}, which EventBridge reads as a placeholder`,
  );
}

const isPlain = (value: object): boolean =>
  [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object" && value !== null) return `a ${value.constructor.name}`;
  return String(value);
}
