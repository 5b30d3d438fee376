// CSI and OSC sequences, then any other that begins with ESC (ECMA-48, 5th edition, §5.3-5.6).
const ESCAPE_SEQUENCES =
  // eslint-disable-next-line no-control-regex -- these characters are what it looks for
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|(?:\u001B\]|\u009D)[^\u0007\u001B\u009C]*(?:\u0007|\u001B\\|\u009C)|\u001B[ -/]*[0-~]/g;
// Controls other than tab and line feed, and what changes the direction of the text after it.
const CONTROLS = /[^\P{Cc}\t\n]|[\u202A-\u202E\u2066-\u2069]/gu;

/**
 * A text that came from a run, made harmless for a terminal: without escape sequences and control
 * characters other than tab and line feed.
 */
export const plainText = (text: string): string =>
  text.replaceAll("\r\n", "\n").replaceAll(ESCAPE_SEQUENCES, "").replaceAll(CONTROLS, "");

/** The same on one line, cut to `max` characters (default 200). */
export function plainLine(text: string, max = 200): string {
  const characters = Array.from(plainText(text).replaceAll(/\s+/g, " ").trim());
  return characters.length <= max
    ? characters.join("")
    : `${characters.slice(0, max - 1).join("")}…`;
}

/**
 * A value as JSON that is harmless on a terminal, too: JSON itself lets pass what is above the first
 * 32 characters.
 * @param indent spaces per level (default 2)
 */
export const plainJson = (value: unknown, indent = 2): string =>
  (JSON.stringify(value, undefined, indent) ?? "null").replaceAll(
    /[\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span of time for people: `12 ms`, `3.4 s`, `2 min 5 s`, `3 h 2 min`, `4 d 1 h`. */
export function duration(ms: number): string {
  const span = Math.max(0, Math.round(ms));
  if (span < SECOND) return `${span} ms`;
  if (span < MINUTE) return `${(Math.floor(span / 100) / 10).toFixed(1)} s`;
  const [unit, smaller, name, smallerName] =
    span < HOUR
      ? ([MINUTE, SECOND, "min", "s"] as const)
      : span < DAY
        ? ([HOUR, MINUTE, "h", "min"] as const)
        : ([DAY, HOUR, "d", "h"] as const);
  return `${Math.floor(span / unit)} ${name} ${Math.floor((span % unit) / smaller)} ${smallerName}`;
}
