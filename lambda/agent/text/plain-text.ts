import { decodeHTML } from "entities/decode";
import { withoutInvisible } from "./hostile.ts";

const CODE = /<pre\b[^>]*>[\s\S]*?(?:<\/pre>|$)/gi;
const LINK = /<a\b[^>]*?\bhref="([^"]*)"[^>]*>([\s\S]*?)<\/a>/gi;
const BREAK = /<\/?p\b[^>]*>|<br\b[^>]*>/gi;
const TAG = /<\/?[a-z][^>]*>/gi;

/**
 * The paragraphs of a Hacker News text, as plain text. Left out: code, which is no statement; lines
 * that quote the comment answered (`> …`), which are another author's words; characters that cannot
 * be seen. Entities are decoded once, after the tags are gone, so that `&lt;b&gt;` stays text.
 * @param html as the search API gives it: `<p>`, `<i>`, `<a>`, `<pre><code>` and entities
 */
export function paragraphsOf(html: string): string[] {
  return html
    .replaceAll(CODE, "<p>")
    .replaceAll(LINK, (_, href: string, text: string) => (isCutUrl(text) ? href : text))
    .split(BREAK)
    .map((part) => withoutInvisible(decodeHTML(part.replaceAll(TAG, ""))))
    .map((text) => text.split("\n").filter(isOwnWords).join(" ").replaceAll(/\s+/g, " ").trim())
    .filter((text) => text !== "");
}

/** Hacker News shortens the text of a long link; its target is whole. */
const isCutUrl = (text: string): boolean => /^https?:/i.test(text.trim());

const isOwnWords = (line: string): boolean => !/^\s*>/.test(line);
