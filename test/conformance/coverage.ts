import type { Section } from "./scenarios.ts";

/** A test, by the file that holds it. */
export interface TestTitle {
  /** Path from the repository's root. */
  readonly file: string;
  readonly title: string;
}

/** Why a scenario, or a part of it, has no test. */
export interface Reason {
  readonly kind: "not applicable" | "later";
  readonly why: string;
}

/** Reasons by the number of the scenario. */
export type Reasons = Readonly<Record<number, Reason>>;

/** What the coverage is made of. */
export interface Evidence {
  readonly sections: readonly Section[];
  readonly tests: readonly TestTitle[];
  readonly reasons: readonly Reasons[];
}

/** At most so many scenarios may be called not applicable. */
const NOT_APPLICABLE_MAX = 10;

const NUMBERED = /^(\d+)\. (.+)$/;

/** What is wrong with the coverage; empty when every scenario is accounted for. */
export function problemsOf({ sections, tests, reasons }: Evidence): string[] {
  const numbers = new Set(numbersOf(sections));
  const tested = new Set<number>();
  const problems: string[] = [];
  for (const { file, title } of tests) {
    const number = numberOf(title);
    if (number === undefined) problems.push(`${file}: "${title}" starts with no number`);
    else if (!numbers.has(number)) problems.push(`${file}: "${title}" is of no known scenario`);
    else tested.add(number);
  }
  const explained = reasons.flatMap((some) => Object.keys(some).map(Number));
  for (const [index, number] of explained.entries()) {
    if (!numbers.has(number)) problems.push(`there is a reason for an unknown scenario ${number}`);
    if (explained.indexOf(number) < index) problems.push(`scenario ${number} has two reasons`);
  }
  for (const number of numbers) {
    if (tested.has(number) || explained.includes(number)) continue;
    problems.push(`scenario ${number} has neither a test nor a reason`);
  }
  const notApplicable = reasons
    .flatMap((some) => Object.values(some))
    .filter(({ kind }) => kind === "not applicable").length;
  if (notApplicable > NOT_APPLICABLE_MAX) {
    problems.push(`${notApplicable} are not applicable; at most ${NOT_APPLICABLE_MAX} may be`);
  }
  return problems;
}

/** The coverage as Markdown: what shows each scenario, or why nothing does. */
export function renderCoverage(evidence: Evidence): string {
  const { sections } = evidence;
  const lines = sections.flatMap(({ title, scenarios }) => [
    `## ${title}`,
    "",
    ...Object.entries(scenarios).flatMap(([number, scenario]) => [
      `**${number}. ${scenario}**`,
      "",
      ...proofsOf(Number(number), evidence),
      "",
    ]),
  ]);
  return ["# Conformance", "", ...INTRODUCTION, "", ...lines].join("\n");
}

const INTRODUCTION = [
  "What a durable engine must do right, and the tests in this folder that show it. A scenario",
  "without a test says why. `npm run conformance` writes this file.",
];

function proofsOf(number: number, { tests, reasons }: Evidence): string[] {
  const shown = tests.flatMap(({ file, title }) => {
    const [, own, sentence = ""] = NUMBERED.exec(title) ?? [];
    const name = file.slice(file.lastIndexOf("/") + 1);
    return Number(own) === number ? [`- [${name}](${name}): ${sentence}`] : [];
  });
  const reason = reasons.map((some) => some[number]).find((one) => one !== undefined);
  return reason ? [...shown, `- ${reason.kind}: ${reason.why}`] : shown;
}

const numbersOf = (sections: readonly Section[]): number[] =>
  sections.flatMap(({ scenarios }) => Object.keys(scenarios).map(Number));

function numberOf(title: string): number | undefined {
  const [, number] = NUMBERED.exec(title) ?? [];
  return number === undefined ? undefined : Number(number);
}
