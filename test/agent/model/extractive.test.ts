import { describe, expect, it } from "vitest";
import { mergeEvidence } from "../../../lambda/agent/evidence.ts";
import { extractSentences } from "../../../lambda/agent/model/extractive/extract.ts";
import { assessEvidence, planQueries } from "../../../lambda/agent/model/extractive/queries.ts";
import { themesOf } from "../../../lambda/agent/model/extractive/themes.ts";
import { selectStatements } from "../../../lambda/agent/model/extractive/write.ts";
import { evidenceIn, post, threadWith } from "../sample-evidence.ts";

const TOPIC = "durable execution";
const NOTHING = { stories: 0, comments: 0, titles: [], excerpts: [] };

describe("the queries to begin with", () => {
  it("are the topic's own words first, then what titles and comments speak of", () => {
    const titles = ["Versioning of durable execution", "Durable execution and idempotency keys"];
    const excerpts = ["Idempotency keys saved us.", "We lost a week to idempotency keys."];
    const landscape = { stories: 200, comments: 20, titles, excerpts };
    const { queries } = planQueries("What is durable execution worth?", landscape);
    expect(queries.slice(0, 2)).toEqual([
      "durable execution",
      "durable execution idempotency keys",
    ]);
  });

  it("are alternatives with a word less when nothing matches the topic's", () => {
    expect(planQueries("sqlite replica backups", NOTHING).queries).toEqual([
      "sqlite replica backups",
      "sqlite replica",
      "sqlite backups",
      "replica backups",
    ]);
  });

  it("are soon without what only narrows the topic", () => {
    const many = { ...NOTHING, stories: 500 };
    expect(planQueries("Is SQLite worth it in production for small teams?", many).queries).toEqual([
      "sqlite production small teams",
      "sqlite",
    ]);
  });

  it("have four words at most", () => {
    const topic =
      "How do teams run Postgres queues, workers, brokers and schedulers in production?";
    for (const query of planQueries(topic, NOTHING).queries) {
      expect(query.split(" ").length).toBeLessThanOrEqual(4);
    }
  });
});

const READ = threadWith(
  post(10, "ann", "Durable execution made our replay bugs visible within a week."),
  post(11, "bob", "Replay is what makes durable execution hard to teach to newcomers."),
  post(12, "cat", "We run durable execution on Postgres with 900 workflows a day."),
);

describe("an assessment", () => {
  const round = { iteration: 1, maxIterations: 3, tried: [TOPIC], deadEnds: [], newQuotes: 3 };

  it("follows what several authors speak of and nobody has searched", () => {
    const { next } = assessEvidence(TOPIC, evidenceIn(READ), round);
    expect(next).toContain("durable execution replay");
    const tried = [TOPIC, "durable execution replay"];
    expect(assessEvidence(TOPIC, evidenceIn(READ), { ...round, tried }).next).not.toContain(
      "durable execution replay",
    );
  });

  it("gives alternatives to dead ends", () => {
    const dead = { ...round, deadEnds: ["durable replay engines"] };
    const { next } = assessEvidence(TOPIC, evidenceIn(READ), dead);
    expect(next).toEqual(expect.arrayContaining(["durable replay"]));
  });

  it("has enough once a round adds little", () => {
    const evidence = mergeEvidence(
      Array.from({ length: 20 }, (_, index) =>
        evidenceIn(threadWith(post(100 + index, `author${index}`, `Statement ${index}.`))),
      ),
    );
    const later = { ...round, iteration: 2, newQuotes: 1 };
    expect(assessEvidence(TOPIC, evidence, later).enough).toBe(true);
    expect(assessEvidence(TOPIC, evidence, { ...later, newQuotes: 5 }).enough).toBe(false);
  });
});

describe("the sentences taken from a thread", () => {
  const taken = (topic: string, ...sentences: string[]) =>
    extractSentences(topic, [topic], {
      ...threadWith(post(10, "ann", ...sentences)),
      title: "Some other thing",
    }).map(({ claim }) => claim);
  const GOOD = "Durable execution made our replay bugs visible within a week.";

  it("are statements on the topic, each cited by its id", () => {
    const [finding] = extractSentences(TOPIC, [TOPIC], threadWith(post(10, "ann", "Hm.", GOOD)));
    expect(finding).toEqual({ claim: GOOD, stance: "neutral", cites: ["10.2"] });
  });

  it.each([
    ["a question", "Would durable execution have made our replay bugs visible?"],
    ["one that needs the one before", "That makes durable execution a good fit for payments."],
    ["one about the discussion", "The article on durable execution misses what replay is for."],
    ["one with a link", "Durable execution is explained at https://a.example in detail."],
    ["a fragment", "Durable execution."],
    ["one without a verb", "Durable execution with a database, a queue and a long history."],
  ])("are not %s", (_, sentence) => {
    expect(taken(TOPIC, sentence)).toEqual([]);
    expect(taken(TOPIC, sentence, GOOD)).toEqual([GOOD]);
  });

  it("share two words with a topic of several, so that a word of two meanings finds nothing", () => {
    const other = "MySQL replication lags by 20 seconds whenever the nightly job runs.";
    expect(taken("DNA replication", other)).toEqual([]);
    expect(taken("mysql replication", other)).toEqual([other]);
  });

  it("share the word of a topic that has one", () => {
    expect(taken("sqlite", "SQLite holds up well with a single writer process.")).toHaveLength(1);
    expect(taken("sqlite", "Postgres holds up well with a single writer process.")).toEqual([]);
  });

  it("need not share what only narrows the topic", () => {
    const sentence = "SQLite holds up well with a single writer process.";
    expect(taken("Is SQLite worth it in production for small teams?", sentence)).toEqual([
      sentence,
    ]);
  });

  it("are one of each author, and few", () => {
    const posts = Array.from({ length: 40 }, (_, index) =>
      post(
        100 + index,
        `author${index % 20}`,
        `Durable execution helped team ${index} a lot last year.`,
      ),
    );
    const findings = extractSentences(TOPIC, [TOPIC], threadWith(...posts));
    expect(findings).toHaveLength(12);
  });

  it("come with the answer that contradicts them", () => {
    const answer = {
      ...post(11, "bob", "I disagree, replay only hid our bugs for longer."),
      parent: 10,
    };
    const findings = extractSentences(TOPIC, [TOPIC], threadWith(post(10, "ann", GOOD), answer));
    expect(findings[0]).toMatchObject({ stance: "against", cites: ["10.1", "11.1"] });
  });
});

describe("the report of selected statements", () => {
  it("quotes nobody twice and cites every sentence by its id", () => {
    const posts = Array.from({ length: 30 }, (_, index) =>
      post(100 + index, `author${index % 15}`, `Durable execution number ${index} needs replay.`),
    );
    const { answer, sections } = selectStatements(TOPIC, evidenceIn(threadWith(...posts)));
    const claims = [...answer, ...sections.flatMap((section) => section.claims)];
    const authors = claims.map(({ cites }) => (Number(cites[0]?.split(".")[0]) - 100) % 15);
    expect(claims).toHaveLength(15);
    expect(new Set(authors).size).toBe(15);
    expect(claims.every(({ text }) => text === null)).toBe(true);
  });

  it("groups statements by what they speak of", () => {
    const { sections } = selectStatements(
      TOPIC,
      evidenceIn(
        threadWith(
          ...["a", "b", "c", "d"].map((author, index) =>
            post(10 + index, author, `Durable execution ${author} is about replay and timers.`),
          ),
          ...["e", "f", "g", "h"].map((author, index) =>
            post(20 + index, author, `Durable execution ${author} is about invoices and taxes.`),
          ),
        ),
      ),
    );
    const headings = sections.map(({ heading }) => heading.toLowerCase());
    expect(headings).toEqual(expect.arrayContaining([expect.stringMatching(/replay|timers/)]));
    expect(headings).toEqual(expect.arrayContaining([expect.stringMatching(/invoices|taxes/)]));
  });

  it("is the same for the same evidence", () => {
    expect(selectStatements(TOPIC, evidenceIn(READ))).toEqual(
      selectStatements(TOPIC, evidenceIn(READ)),
    );
  });

  it("has nothing to say on nothing", () => {
    const empty = { threads: [], quotes: [], findings: [] };
    expect(selectStatements(TOPIC, empty)).toMatchObject({ answer: [], sections: [] });
  });
});

describe("themes", () => {
  it("are nouns of two authors, never one author's hobby or the topic itself", () => {
    const statements = [
      { author: "ann", text: "Replay is slow on Postgres." },
      { author: "bob", text: "Replay needs care. Kubernetes, Kubernetes!" },
    ];
    const labels = themesOf(statements, new Set(["postgr"]), []).map(({ key }) => key);
    expect(labels).toEqual(["replay"]);
  });
});
