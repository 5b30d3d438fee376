import { basename } from "node:path/posix";
import { isCode } from "./code.ts";
import type { Complaint, TextFile } from "./complaint.ts";

/** A source file is read in one sitting. */
const LINES_MAX = 300;

/** No source file is longer than 300 lines. There is no list of exceptions. */
export function checkFileLength(file: TextFile): Complaint[] {
  const lines = file.text.split("\n").length - 1;
  if (!isCode(file) || lines <= LINES_MAX) return [];
  return [
    { path: file.path, line: LINES_MAX + 1, message: `${lines} lines; the limit is ${LINES_MAX}` },
  ];
}

const EMPTY_NAMES = /^(?:utils?|helpers?|common|misc|shared)$/;

/** Names say what is inside: no file or folder is called by what could hold anything. */
export function checkNames({ path }: TextFile): Complaint[] {
  const names = path.split("/").map((name) => basename(name).replace(/\..*$/, ""));
  const empty = names.find((name) => EMPTY_NAMES.test(name));
  return empty === undefined
    ? []
    : [{ path, line: 1, message: `"${empty}" says nothing about what is inside` }];
}

/** Work is finished or it is an issue: the source keeps no reminders. */
export const checkReminders = (file: TextFile): Complaint[] =>
  matches(file, /\b(?:TO(?:DO)|FIX(?:ME)|XX(?:X))\b/g, "left in the source; make it an issue");

/** Nothing names the machine it was written on. */
export const checkMachinePaths = (file: TextFile): Complaint[] =>
  matches(
    file,
    /(?<![\w./-])\/(?:home|Users|root|work|farm)\/[\w.-]+/g,
    "exists on one machine only",
  );

/** Where packages come from is for whoever installs them to configure. */
export const checkRegistryHosts = (file: TextFile): Complaint[] =>
  matches(file, /\bhttps?:\/\/(?:registry|deb|pypi|repo1)\.[\w.-]+/g, "names a package registry");

function matches({ path, text }: TextFile, pattern: RegExp, what: string): Complaint[] {
  return text.split("\n").flatMap((content, index) =>
    [...content.matchAll(pattern)].map(([found]) => ({
      path,
      line: index + 1,
      message: `${found}: ${what}`,
    })),
  );
}
