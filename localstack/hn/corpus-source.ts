import { type Comment, type EpochSeconds, FIRST_SAMPLE_ID, type Story } from "./item.ts";
import { renderMarkup } from "./markup.ts";

/** Room for ids per story: story `n` and its comments have ids `first + (n - 1) * 1000 + position`. */
const IDS_PER_STORY = 1000;

const STORY_LINE = /^=== (?<number>\d+) (?<at>\S+) (?<author>\S+) (?<points>\d+) (?<url>\S+)$/u;
const COMMENT_LINE =
  /^(?<depth>@{1,6}) (?<author>\S+) \+(?<count>\d+)(?<unit>[mhd])(?<hostile> hostile)?$/u;
const SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

interface Section {
  readonly header: string;
  readonly line: number;
  readonly body: string;
}

/**
 * Reads one topic of the corpus. The format (see `corpus.ts`) is a header line per story and per
 * comment, each followed by what its author typed.
 *
 * @param topic Name of the topic, also used to say where a mistake is.
 * @param source The text of the file.
 * @throws Error naming topic and line when a header cannot be read or an answer has no parent.
 */
export function parseTopic(topic: string, source: string): Story[] {
  const stories: Story[] = [];
  let path: (Story | Comment)[] = [];
  let nextId = 0;
  for (const section of sections(topic, source)) {
    if (section.header.startsWith("===")) {
      const story = parseStory(topic, section);
      stories.push(story);
      path = [story];
      nextId = story.id + 1;
      continue;
    }
    const depth = section.header.indexOf(" ");
    const [story] = path;
    const parent = path[depth - 1];
    if (story?.kind !== "story" || parent === undefined) {
      throw mistake(topic, section, "answers nothing: one level deeper than the comment above it");
    }
    const comment = parseComment(topic, section, { id: nextId, depth, story, parent });
    parent.children.push(comment);
    path = [...path.slice(0, depth), comment];
    nextId += 1;
  }
  return stories;
}

function sections(topic: string, source: string): Section[] {
  const found: { header: string; line: number; body: string[] }[] = [];
  for (const [index, text] of source.split("\n").entries()) {
    if (/^(?:=== |@+ )/u.test(text)) {
      found.push({ header: text, line: index + 1, body: [] });
    } else if (text.trim() !== "" || found.length > 0) {
      const current = found.at(-1);
      if (current === undefined) {
        throw new Error(`Corpus topic "${topic}", line ${index + 1}: text before the first story.`);
      }
      current.body.push(text);
    }
  }
  return found.map((section) => ({ ...section, body: section.body.join("\n") }));
}

function parseStory(topic: string, section: Section): Story {
  const header = STORY_LINE.exec(section.header)?.groups;
  const [title = "", ...text] = section.body.split("\n");
  const createdAt = Date.parse(header?.["at"] ?? "") / 1000;
  if (header === undefined || Number.isNaN(createdAt) || title.trim() === "") {
    throw mistake(topic, section, 'expected "=== NUMBER DATE AUTHOR POINTS URL" and a title below');
  }
  return {
    kind: "story",
    id: FIRST_SAMPLE_ID + (Number(header["number"]) - 1) * IDS_PER_STORY,
    topic,
    title: title.trim(),
    url: header["url"] === "-" ? undefined : header["url"],
    blocks: renderMarkup(text.join("\n")),
    author: header["author"] ?? "",
    points: Number(header["points"]),
    createdAt,
    children: [],
  };
}

function parseComment(
  topic: string,
  section: Section,
  place: Pick<Comment, "id" | "depth" | "story" | "parent">,
): Comment {
  const header = COMMENT_LINE.exec(section.header)?.groups;
  if (header === undefined) {
    throw mistake(topic, section, 'expected "@@ AUTHOR +12m" (m, h or d), perhaps with "hostile"');
  }
  const gone = header["author"] === "[deleted]" || header["author"] === "[dead]";
  if (gone !== (section.body.trim() === "")) {
    throw mistake(topic, section, "a deleted or dead comment has no text, every other one has");
  }
  const delay: EpochSeconds = Number(header["count"]) * (SECONDS[header["unit"] ?? ""] ?? 0);
  return {
    kind: "comment",
    ...place,
    author: gone ? undefined : header["author"],
    blocks: renderMarkup(section.body),
    createdAt: place.parent.createdAt + delay,
    hostile: header["hostile"] !== undefined,
    children: [],
  };
}

function mistake(topic: string, section: Section, problem: string): Error {
  return new Error(`Corpus topic "${topic}", line ${section.line}: ${problem}: ${section.header}`);
}
