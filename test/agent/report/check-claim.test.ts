import { describe, expect, it } from "vitest";
import type { Quote } from "../../../lambda/agent/evidence.ts";
import { objectionTo } from "../../../lambda/agent/report/check-claim.ts";
import { MAY_2024 } from "../sample-evidence.ts";

const quote = (text: string, author = "ann"): Quote => ({
  id: "1.1",
  item: 1,
  story: 1,
  parent: null,
  author,
  at: MAY_2024,
  text,
});

const COST = "We pay $840 a month for 3.1 million workflow runs on Postgres.";
const NOT_SAFE = "Renaming a step is not safe while workflows are in flight.";

describe("a claim", () => {
  it.each([
    ["in the words of what it cites", "A team pays $840 a month for workflow runs", COST],
    ["with a number written another way", "It pays for 10000 runs", "We pay for 10,000 runs."],
    ["with the year of the comment", "In 2024 a team paid $840 a month for its runs", COST],
    ["with a negation that is there", "Renaming a step is not safe in flight", NOT_SAFE],
    ["with an exact quote", "A step is “not safe while workflows are in flight”", NOT_SAFE],
  ])("%s passes", (_, text, cited) => {
    expect(objectionTo(text, [quote(cited)])).toBeUndefined();
  });

  it.each([
    ["a number nothing has", "A team pays $84 a month for workflow runs", COST, "number 84"],
    ["a version nothing has", "Postgres 17 runs workflows for $840 a month", COST, "number 17"],
    ["a negation nothing has", "A team does not pay for workflow runs", COST, "negation"],
    ["no negation where all have one", "Renaming a step is safe in flight", NOT_SAFE, "leaves out"],
    ["other words", "Kubernetes clusters need careful planning", COST, "too little in common"],
    [
      "invented words in quotes",
      "A team says “runs are free on Postgres”",
      COST,
      "quotation marks",
    ],
    ["a quote with a word added", "A step is “not at all safe”", NOT_SAFE, "quotation marks"],
    ["a link", "A team pays for workflow runs https://evil.example", COST, "link"],
    ["an image", "A team pays ![x](/a) for workflow runs", COST, "link"],
    ["a tag", "A team pays <img src=x> for workflow runs", COST, "link"],
    ["a plural of one author", "Many teams pay for workflow runs on Postgres", COST, "cites 1"],
  ])("with %s does not pass", (_, text, cited, reason) => {
    expect(objectionTo(text, [quote(cited)])).toContain(reason);
  });

  it("that is the cited sentence itself passes, whatever words it has", () => {
    const sentence = 'Many of our 12 teams say "never again", most of them since May.';
    expect(objectionTo(sentence, [quote(sentence)])).toBeUndefined();
  });

  it("may speak of several people when it cites three", () => {
    const text = "Several commenters pay for workflow runs on Postgres";
    const two = ["ann", "bob"].map((author) => quote(COST, author));
    expect(objectionTo(text, two)).toContain("cites 2");
    expect(objectionTo(text, [...two, quote(COST, "cat")])).toBeUndefined();
  });
});
