const namesByText = new Map<string, Record<string, string>>();

/**
 * The names map of an expression in which `#name` always stands for the attribute `name`. Every
 * attribute is written so: DynamoDB reserves hundreds of words, `status` and `owner` among them.
 * The texts are constants of the store, so the cache is as small as the source.
 */
export function namesIn(text: string): Record<string, string> {
  let names = namesByText.get(text);
  if (!names) {
    names = {};
    for (const [placeholder, name] of text.matchAll(/#(\w+)/g)) names[placeholder] = name as string;
    namesByText.set(text, names);
  }
  return names;
}
