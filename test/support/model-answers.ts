import type { OpenAiRequest } from "./openai-server.ts";

/** A sentence that is nowhere in what was read. */
const NEVER_READ = "9000000000001.9999";

/** A model's answers to the research agent, by what the data holds: the same request always gets the same answer. */
export function answerTo({ format, input }: OpenAiRequest): unknown {
  switch (format) {
    case "plan":
      return { questions: ["What breaks?"], queries: ["durable execution", "postgres queue"] };
    case "findings":
      return { findings: sentencesIn(input).slice(0, 2).map(findingOf) };
    case "assessment":
      return { enough: true, missing: [], next: [] };
    default:
      return reportOn(input);
  }
}

interface Sentence {
  readonly id: string;
  readonly text: string;
}

function dataIn(input: string): unknown {
  const [, json = ""] = /^DATA \S+\n(.*)\nEND /m.exec(input) ?? [];
  return JSON.parse(json);
}

function sentencesIn(input: string): Sentence[] {
  const { posts } = dataIn(input) as { posts: { sentences: Record<string, string> }[] };
  return posts.flatMap(({ sentences }) =>
    Object.entries(sentences).map(([id, text]) => ({ id, text })),
  );
}

const findingOf = ({ id, text }: Sentence) => ({ claim: text, stance: "neutral", cites: [id] });

function reportOn(input: string): unknown {
  const findings = dataIn(input) as { sentences: Sentence[] }[];
  const claims = findings.flatMap(({ sentences: [first] }) =>
    first ? [{ text: first.text, cites: [first.id] }] : [],
  );
  const invented = { text: "Nobody has ever said this.", cites: [NEVER_READ] };
  return {
    answer: claims.slice(0, 1),
    sections: [{ heading: "What was found", claims: [...claims.slice(1), invented] }],
    disagreements: [],
    gaps: ["cost"],
  };
}
