/** Zero-width and bidirectional controls, tag characters, soft hyphens, other control characters. */
const INVISIBLE = new RegExp(
  [
    String.raw`[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b-\u200f\u202a-\u202e\u2060-\u206f]`,
    String.raw`[\u180b-\u180f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]`,
    String.raw`(?![\n\t])\p{Cc}`,
  ].join("|"),
  "gu",
);

/** Takes out the characters a reader cannot see and a program would read. */
export const withoutInvisible = (text: string): string => text.replaceAll(INVISIBLE, "");

const READER =
  "(?:ai|a\\.i\\.|llms?|language models?|chat ?bots?|assistants?|(?:research |ai )?agents?|summari[sz]ers?|models?|bots?)";
const by = (pattern: string): RegExp => new RegExp(pattern, "i");

/** How texts that address a program rather than a person give themselves away. */
const INSTRUCTIONS: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|prompts?|guidelines|your rules)\b/i,
  /\b(?:ignore|disregard|forget)\b.{0,20}\b(?:previous|prior|above|earlier)\b/i,
  /\bsystem (?:override|notice|instructions?)\b|\bdeveloper mode\b/i,
  /\b(?:your|reveal|print|repeat|show|new)\b.{0,20}\bsystem prompt\b/i,
  by(`\\byou are (?:now|no longer)\\b.{0,30}\\b(?:${READER}|mode|bound|required)\\b`),
  /\byour (?:new (?:instructions?|task|role)|instructions?|prompt|guidelines|final (?:report|answer|summary))\b/i,
  by(`\\bif you(?:'re| are)? (?:an? )?${READER}\\b`),
  by(`\\b(?:note|notice|message|instructions?) (?:to|for) (?:all |any |the |every )?${READER}\\b`),
  by(`\\b(?:attention[,:]|dear|hey|hello,?) (?:all |any |the |every )?${READER}\\b`),
  by(
    `\\b${READER}\\b.{0,40}\\b(?:reading|processing|parsing|summari[sz]ing|scraping)(?: this|\\s*[:,])`,
  ),
  /\b(?:automated|machine|ai) readers?\b|\bnote (?:to|for) crawlers\b/i,
  /\b(?:as an ai|act as an? (?:ai|llm|language model|assistant))\b/i,
  /\brat(?:e|ing)\b.{0,40}\b10\/10\b|\brate (?:this|it|the \w+)\b.{0,30}\b10\b/i,
  /!\[[^\]]*\]\(|<!--|\{\{.*\}\}/,
  /<\/?(?:system|assistant|user|instructions?|tools?|(?:tool|function)_(?:call|result)s?|doc(?:ument)?s?|context)\b[^>]*>/i,
  /<\|[^|]*\|>|\[\/?INST\]|"role"\s*:\s*"(?:system|assistant|user|developer|tool)"/,
  /\b(?:BEGIN|END)(?: OF)? (?:SYSTEM|INSTRUCTIONS?|PROMPT|DOCUMENT|CONTEXT|THREAD|DATA)\b/,
  /^\s*(?:#+\s*)?(?:system|assistant|developer|tool)\s*:/i,
  /\b(?:report|summary|answer|response|conclusion) (?:must|should|has to|needs to) (?:say|state|include|begin|start|end|cite|mention|contain|recommend|conclude)\b/i,
  /\b(?:in|at|to|into|of|unless) your (?:(?:executive )?summary|report|answer|response|output)\b/i,
  /\b(?:add|insert|append|include)\b.{0,80}\b(?:to|in|into) the (?:executive summary|summary|report|answer)\b/i,
  /\bas (?:the )?(?:consensus|verified facts?)\b|\bare verified facts\b/i,
  /^(?:please )?(?:report|output|respond|reply|print|repeat|conclude|append|insert|cite)\b.{0,20}\b(?:that|only|exactly|verbatim|the following)\b/i,
  /\b(?:cite|citing) (?:this|item|comment|id|the following)\b/i,
];

/**
 * Whether a text reads like an instruction to the program that processes it. The agent leaves out
 * the whole post then: its other sentences are usually the claim that the instruction wants repeated.
 * A post that merely discusses such instructions is lost, too; that is the price.
 */
export const isInstruction = (text: string): boolean =>
  INSTRUCTIONS.some((pattern) => pattern.test(text));
