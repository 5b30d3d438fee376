import { describe, expect, it } from "vitest";
import type { Draft } from "../../../lambda/agent/model/port.ts";
import { checkDraft, claimsOf } from "../../../lambda/agent/report/check-draft.ts";
import { evidenceIn, post, threadWith } from "../sample-evidence.ts";

const evidence = evidenceIn(
  threadWith(
    post(10, "ann", "Retries multiply the load on a slow service."),
    post(11, "bob", "Retries saved us twice this year."),
  ),
);
const draft = (changes: Partial<Draft>): Draft => ({
  answer: [],
  sections: [],
  disagreements: [],
  gaps: [],
  ...changes,
});
const good = { text: "Retries multiply the load", cites: ["10.1"] };
const unread = { text: "Retries multiply the load", cites: ["12.1"] };

describe("a checked draft", () => {
  it("holds the sentences each claim rests on, as they were read", () => {
    const { answer, dropped } = checkDraft(draft({ answer: [good] }), evidence);
    expect(answer).toEqual([{ text: good.text, quotes: [evidence.quotes[0]] }]);
    expect(dropped).toEqual([]);
  });

  it.each([
    ["an item never read", unread, "12.1, which was not read"],
    ["an item read and one never read", { ...good, cites: ["10.1", "12.1"] }, "12.1"],
    ["a comment instead of a sentence", { ...good, cites: ["10"] }, "10, which was not read"],
    ["nothing", { ...good, cites: [] }, "cites nothing"],
    ["what does not say it", { text: "Queues are fast", cites: ["10.1"] }, "too little"],
    ["an item never read, as a quote", { text: null, cites: ["12.1"] }, "12.1"],
  ])("has no claim that cites %s, and counts it", (_, claim, reason) => {
    const checked = checkDraft(draft({ answer: [claim, good] }), evidence);
    expect(claimsOf(checked).map(({ text }) => text)).toEqual([good.text]);
    expect(checked.dropped).toEqual([{ reason: expect.stringContaining(reason) }]);
  });

  it("has no section without claims, and no disagreement of one side", () => {
    const other = { text: null, cites: ["11.1"] };
    const checked = checkDraft(
      draft({
        sections: [
          { heading: "Empty", claims: [unread] },
          { heading: "Load", claims: [good] },
        ],
        disagreements: [
          { about: "load", sides: [good, unread] },
          { about: "retries", sides: [good, other] },
        ],
      }),
      evidence,
    );
    expect(checked.sections.map(({ heading }) => heading)).toEqual(["Load"]);
    expect(checked.disagreements.map(({ about }) => about)).toEqual(["retries"]);
    expect(checked.dropped).toHaveLength(2);
  });
});
