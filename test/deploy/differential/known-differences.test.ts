import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { AVOIDED_DIFFERENCES, DIFFERENCES, ENGINE_DIFFERENCES } from "./dynamodb-differences.ts";
import { playRequests } from "./dynamodb-play.ts";
import { HOSTILE_DIFFERENCES } from "./hostile-differences.ts";
import type { KnownDifference } from "./known-difference.ts";
import { shows, type Turn } from "./play.ts";
import { runningStacks } from "./running-stacks.ts";
import { HOSTILE_SQS_DIFFERENCES, SQS_DIFFERENCES } from "./sqs-differences.ts";
import { playSteps } from "./sqs-play.ts";

const ALL = [
  ...ENGINE_DIFFERENCES,
  ...DIFFERENCES,
  ...AVOIDED_DIFFERENCES,
  ...HOSTILE_DIFFERENCES,
  ...SQS_DIFFERENCES,
  ...HOSTILE_SQS_DIFFERENCES,
];
const { stacks, newName } = runningStacks();

test.each(ALL.map((difference) => [difference.what, difference] as const))(
  "it still is a difference that MiniStack %s",
  async (_, difference) => {
    const { service, example } = difference;
    const play = service === "sqs" ? playSteps : playRequests;
    let last: Turn | undefined;
    for await (const turn of play(stacks(), example, newName())) last = turn;
    expect(last && shows(last, difference), JSON.stringify(last?.answers)).toBe(true);
  },
);

test("the guide to emulators lists exactly these differences", () => {
  const guide = readFileSync("docs/emulators.md", "utf8");
  const rows = [...guide.matchAll(/^\| (?:DynamoDB|SQS) .*$/gm)].map(([row]) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  expect(rows).toEqual(ALL.map(rowOf));
});

function rowOf({ service, what, right, page }: KnownDifference): string[] {
  const title = page.slice(page.lastIndexOf("/") + 1).replace(/\.(html|py)$/, "");
  const link = `[${title}](${page})`;
  return [
    service === "sqs" ? "SQS" : "DynamoDB",
    what,
    right === "unclear" ? `unclear after ${link}` : link,
  ];
}
