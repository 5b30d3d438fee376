import type { Savepoint } from "savepoint";

/** Lets a run go on that has ended, once what made it fail is mended. */
export async function goOn(savepoint: Savepoint, id: string): Promise<void> {
  await savepoint.get(id).resume();
}

/** Tries another topic from the draft on; what was found before it is not looked for again. */
export async function tryOther(savepoint: Savepoint, id: string, topic: string): Promise<string> {
  const other = await savepoint.get(id).fork({ from: "draft", input: { topic } });
  return other.id;
}
