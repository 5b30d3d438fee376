import { dirname, join } from "node:path/posix";
import type { Complaint, TextFile } from "./complaint.ts";
import type { Repository } from "./repository.ts";

/** Every link of a Markdown file to a file or heading of the repository leads somewhere. */
export function checkLinks(file: TextFile, { files, paths }: Repository): Complaint[] {
  if (!file.path.endsWith(".md")) return [];
  const headings = (path: string) => headingsOf(files.find((other) => other.path === path));
  return linksOf(file).flatMap(({ line, target }) => {
    const [place = "", anchor] = target.split("#");
    const path = place === "" ? file.path : join(dirname(file.path), decodeURIComponent(place));
    if (!paths.has(path.replace(/\/$/, ""))) {
      return [{ path: file.path, line, message: `${target}: there is no ${path}` }];
    }
    if (anchor === undefined || !path.endsWith(".md") || headings(path).has(anchor)) return [];
    return [{ path: file.path, line, message: `${target}: ${path} has no such heading` }];
  });
}

const INLINE = /\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)/g;
const REFERENCE = /^\s*\[[^\]]+\]:\s*<?([^\s>]+)/g;
const ELSEWHERE = /^(?:[a-z][a-z+.-]*:|\/\/)/i;

function linksOf(file: TextFile): { line: number; target: string }[] {
  return prose(file.text).flatMap((content, index) => {
    const text = content.replaceAll(/`[^`]*`/g, "");
    return [INLINE, REFERENCE]
      .flatMap((pattern) => [...text.matchAll(pattern)])
      .map(([, target = ""]) => ({ line: index + 1, target }))
      .filter(({ target }) => !ELSEWHERE.test(target));
  });
}

/** Anchors as GitHub makes them: lower case, punctuation gone, spaces to hyphens, repeats numbered. */
function headingsOf(file: TextFile | undefined): Set<string> {
  const anchors = new Set<string>();
  for (const line of prose(file?.text ?? "")) {
    const [, heading] = /^#{1,6}\s+(.*?)\s*#*$/.exec(line) ?? [];
    if (heading === undefined) continue;
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = plain.replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count += 1) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

/** The lines of a Markdown text, those of code blocks blank. */
function prose(text: string): string[] {
  let fence: string | undefined;
  return text.split("\n").map((line) => {
    const [, mark] = /^\s*(```+|~~~+)/.exec(line) ?? [];
    if (fence === undefined && mark !== undefined) fence = mark;
    else if (fence !== undefined && mark?.startsWith(fence)) fence = undefined;
    else if (fence === undefined) return line;
    return "";
  });
}
