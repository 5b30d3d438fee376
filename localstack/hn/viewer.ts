import type { Corpus } from "./corpus.ts";
import { type Comment, descendants, isLive, type Item, type Story, wrappedBlocks } from "./item.ts";
import { escapeText } from "./markup.ts";
import { openLink, sanitiseHtml } from "./sanitise.ts";
import { VIEWER_STYLE } from "./viewer-style.ts";

/** On every page, so that no invented text passes for a real item. */
export const BANNER = "sample corpus: invented text, not Hacker News";

/** Shows an item: a story with its whole thread, a comment with what it answers and its answers. */
export function renderItemPage(item: Item): string {
  if (item.kind === "story") {
    const count = [...descendants(item)].filter(isLive).length;
    return page(
      item.title,
      `${storyHead(item, "h1")}
<h2>${count} ${count === 1 ? "comment" : "comments"}</h2>
${item.children.map((child) => thread(child, item)).join("\n")}`,
    );
  }
  const context = ancestors(item).map((ancestor) => comment(ancestor, item, ""));
  return page(
    `${item.author ?? "[deleted]"} on: ${item.story.title}`,
    `${storyHead(item.story, "h1")}
<p class="meta"><a href="/item?id=${item.story.id}#${item.id}">see it in the whole thread</a></p>
${context.join("\n")}
${thread(item, item)}`,
  );
}

/** Lists the stories of the corpus by topic. */
export function renderIndexPage(corpus: Corpus): string {
  const topics = [...new Set(corpus.stories.map(({ topic }) => topic))];
  const lists = topics.map((topic) => {
    const stories = corpus.stories.filter((story) => story.topic === topic);
    const items = stories.map((story) => `<li>${storyHead(story, "div")}</li>`).join("\n");
    return `<h2>${escapeText(topic.replaceAll("-", " "))}</h2>\n<ul>\n${items}\n</ul>`;
  });
  const { stories, comments } = corpus;
  return page(
    "Sample corpus",
    `<h1>Sample corpus</h1>
<p class="meta">${stories.length} stories, ${comments.length} comments, all invented</p>
${lists.join("\n")}`,
  );
}

/** Says that there is no such item. */
export function renderMissingPage(id: string): string {
  return page(
    "No such item",
    `<h1>No such item</h1>
<p>The sample corpus has no item with the id "${escapeText(id.slice(0, 40))}".
<a href="/">All its stories</a></p>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)} (sample corpus)</title>
<style>${VIEWER_STYLE}</style>
</head>
<body>
<div class="banner" role="note">${BANNER}</div>
<main>
${body}
</main>
</body>
</html>
`;
}

function storyHead(story: Story, heading: "h1" | "div"): string {
  const title = escapeText(story.title);
  const link = story.url === undefined ? title : `${openLink(story.url)}${title}</a>`;
  const text = heading === "h1" ? sanitiseHtml(wrappedBlocks(story.blocks)) : "";
  const count = [...descendants(story)].filter(isLive).length;
  return `<${heading}>${link}</${heading}>
<div class="meta">${story.points} points by ${escapeText(story.author)} on ${day(story)} ·
<a href="/item?id=${story.id}">${count} comments</a> · <a href="/">sample corpus</a></div>
<div class="text">${text}</div>`;
}

function thread(top: Comment, requested: Item): string {
  return comment(top, requested, top.children.map((child) => thread(child, requested)).join("\n"));
}

function comment(shown: Comment, requested: Item, answers: string): string {
  const marked = shown.id === requested.id ? ' class="requested"' : "";
  const text = isLive(shown)
    ? `<div class="text">${sanitiseHtml(wrappedBlocks(shown.blocks))}</div>`
    : '<div class="text gone">[deleted]</div>';
  return `<article id="${shown.id}"${marked}>
<div class="meta">${escapeText(shown.author ?? "[deleted]")} on
<a href="/item?id=${shown.id}">${day(shown)}</a></div>
${text}
${answers}
</article>`;
}

/** The comments between the story and a comment, outermost first. */
function ancestors(below: Comment): Comment[] {
  return below.parent.kind === "story" ? [] : [...ancestors(below.parent), below.parent];
}

function day({ createdAt }: Item): string {
  return new Date(createdAt * 1000).toISOString().slice(0, 16).replace("T", " ");
}
