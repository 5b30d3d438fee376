const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#x27;",
  "/": "&#x2F;",
};

/** Link texts longer than this are cut and end in "..." on Hacker News; the `href` is whole. */
const LINK_TEXT_LENGTH = 60;

/**
 * Renders what an author typed into the comment box as Hacker News does (its "formatdoc" page):
 * blank lines divide paragraphs, `*word*` is italic, URLs become links, lines indented by two
 * spaces are code. Every other character is text.
 *
 * @param typed The text as typed; `\u{200b}` stands for that character, so that the sources of the
 * corpus hold no invisible ones.
 * @returns One HTML string per paragraph or code block.
 */
export function renderMarkup(typed: string): string[] {
  return typed
    .replaceAll(/\\u\{([0-9a-f]{1,6})\}/giu, (_, hex: string) =>
      String.fromCodePoint(Number.parseInt(hex, 16)),
    )
    .split(/\n[ \t]*\n/u)
    .filter((block) => block.trim() !== "")
    .map((block) => (/^ {2}/u.test(block) ? renderCode(block) : renderParagraph(block)));
}

/** Escapes text for HTML with the entities Hacker News uses, slashes included. */
export function escapeText(text: string): string {
  return text.replaceAll(/[&<>"'/]/gu, (character) => ESCAPES[character] ?? character);
}

function renderCode(block: string): string {
  return `<pre><code>${escapeText(block.replace(/\s+$/u, ""))}\n</code></pre>`;
}

function renderParagraph(block: string): string {
  const line = block.trim().replaceAll(/\s*\n\s*/gu, " ");
  return line
    .split(/(https?:\/\/[^\s<>]*[^\s<>.,;:!?)'"*])/u)
    .map((part, index) => (index % 2 === 1 ? renderLink(part) : renderItalics(part)))
    .join("");
}

function renderLink(url: string): string {
  const text = url.length > LINK_TEXT_LENGTH ? `${url.slice(0, LINK_TEXT_LENGTH)}...` : url;
  return `<a href="${escapeText(url)}" rel="nofollow">${escapeText(text)}</a>`;
}

function renderItalics(text: string): string {
  return escapeText(text).replaceAll(
    /(^|[\s(])\*(\S|\S[^*]*\S)\*(?=$|[\s.,;:!?)])/gu,
    "$1<i>$2</i>",
  );
}
