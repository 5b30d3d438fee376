import { decodeHTML } from "entities";
import { escapeText } from "./markup.ts";

/** Tags that Hacker News renders in a text; anything else is shown as text. */
const ALLOWED = new Set(["p", "i", "a", "pre", "code"]);

const PART =
  /<(?<close>\/?)(?<tag>[a-z][a-z0-9]*)(?<attributes>(?:\s[^<>]*)?)>|(?<text>[^<]+|<)/giu;

/**
 * Characters that show nothing or change the direction of what follows: zero-width, bidirectional
 * controls, variation selectors and tags, used to smuggle instructions past a human reader.
 */
const INVISIBLE = /[\p{Cf}\p{Co}\u{fe00}-\u{fe0f}]/gu;

/**
 * Makes HTML from the corpus safe to show: only the tags that Hacker News uses stay, closed in the
 * order they were opened, with no attribute but the `href` of an http(s) link. Invisible characters
 * become visible as `[U+200B]`.
 */
export function sanitiseHtml(html: string): string {
  const open: string[] = [];
  let safe = "";
  for (const { groups = {} } of html.matchAll(PART)) {
    const tag = groups["tag"]?.toLowerCase();
    if (tag === undefined) {
      safe += plainText(groups["text"] ?? "");
    } else if (!ALLOWED.has(tag)) {
      safe += plainText(`<${groups["close"] ?? ""}${tag}${groups["attributes"] ?? ""}>`);
    } else if (groups["close"] === "") {
      open.push(tag);
      safe += openingTag(tag, groups["attributes"] ?? "");
    } else {
      const from = open.lastIndexOf(tag);
      const closed = from === -1 ? [] : open.splice(from);
      safe += closed.toReversed().map(closingTag).join("");
    }
  }
  return safe + open.toReversed().map(closingTag).join("");
}

function openingTag(tag: string, attributes: string): string {
  if (tag !== "a") {
    return `<${tag}>`;
  }
  return openLink(decodeHTML(/\shref="([^"]*)"/iu.exec(attributes)?.[1] ?? ""));
}

/** The opening tag of a link; it leads nowhere when the address is not one of http(s). */
export function openLink(address: string): string {
  return /^https?:\/\//iu.test(address)
    ? `<a href="${escapeText(address)}" rel="nofollow noopener noreferrer">`
    : "<a>";
}

function closingTag(tag: string): string {
  return `</${tag}>`;
}

function plainText(html: string): string {
  const text = decodeHTML(html).replaceAll(INVISIBLE, (character) => {
    return `[U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0") ?? ""}]`;
  });
  return escapeText(text);
}
