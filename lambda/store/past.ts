import { decodeValue, encodeValue } from "../core/codec.ts";
import { LIMITS } from "../core/limits.ts";
import { type Page, pagesAttribute, type TakenMessage, takenFrom, takenText } from "./mailbox.ts";
import type { Placement, Values } from "./values.ts";

/** What META says of messages that the rounds before have taken lately: themselves when they are few, else pages of them. */
export interface Past {
  readonly past: readonly TakenMessage[];
  readonly pastPages: readonly Page[];
}

/**
 * Makes META ready to remember messages.
 * @param above more of them are put into pages first, so that META stays small however many were taken
 */
export async function keepPast(
  values: Values,
  taken: readonly TakenMessage[],
  above: number,
  { nonce, ...where }: Omit<Placement, "inlineBytes" | "nonce"> & { readonly nonce: () => string },
): Promise<Past> {
  const entries = [...new Set(taken.map(takenText))];
  if (entries.length <= above) return { past: takenFrom(entries), pastPages: [] };
  const pages = Array.from({ length: Math.ceil(entries.length / LIMITS.pastPage) }, (_, page) => {
    const some = entries.slice(page * LIMITS.pastPage, (page + 1) * LIMITS.pastPage);
    const value = encodeValue(some, { what: "a page of messages taken before" });
    return values.keepInParts(value, { ...where, nonce: nonce() });
  });
  return { past: [], pastPages: await Promise.all(pages) };
}

/** The messages of a page. Throws ValueUnreadableError when it has expired or was deleted. */
export const readPastPage = async (values: Values, page: Page): Promise<TakenMessage[]> =>
  takenFrom(decodeValue(await values.fetch(page)) as readonly string[]);

/** Whether a round before has taken the message of that id lately. */
export async function isPast(
  values: Values,
  { past, pastPages }: Past,
  id: string,
): Promise<boolean> {
  const pages = await Promise.all(pastPages.map((page) => readPastPage(values, page)));
  return [...past, ...pages.flat()].some((one) => one.id === id);
}

/** Sets what is remembered as a whole. */
export function pastChange({ past, pastPages }: Past) {
  const hasPast = past.length > 0;
  const hasPages = pastPages.length > 0;
  return {
    set: `${hasPast ? ", #past = :past" : ""}${hasPages ? ", #pastPages = :pastPages" : ""}`,
    remove: [...(hasPast ? [] : ["#past"]), ...(hasPages ? [] : ["#pastPages"])],
    values: {
      ...(hasPast && { ":past": { SS: past.map(takenText) } }),
      ...(hasPages && { ":pastPages": pagesAttribute(pastPages) }),
    },
  };
}
