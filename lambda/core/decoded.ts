/** A percent-encoded text, decoded; undefined when it is not encoded well. */
export function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
