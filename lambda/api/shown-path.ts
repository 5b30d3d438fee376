/** Characters shown of a path. */
const SHOWN = 200;

/**
 * A request's path without what must stay secret: who reads a log or a message must not complete a token.
 * @param path as it was asked for
 * @returns 200 characters of it at most
 */
export function shownPath(path: string): string {
  const shown = path.replace(/(?<=^\/+tokens\/).+/s, "{token}");
  return shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown;
}
