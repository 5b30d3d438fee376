import {
  type Corpus,
  modelChoice,
  type ModelChoice,
  OPENAI_MODELS,
} from "../lambda/agent/input.ts";
import type { Ids } from "../lambda/core/ids.ts";
import { UsageError } from "./cli-error.ts";
import { duration, plainJson, plainLine } from "./plain-text.ts";

/** What the person chose on the command line; what is absent was left to the defaults. */
export interface ResearchChoices {
  readonly topic?: string;
  readonly maxIterations?: number;
  readonly model?: ModelChoice;
  readonly corpus?: Corpus;
  /** Whether the plan waits until a person has approved it. */
  readonly approve?: boolean;
  /** How long it does, milliseconds; it does, then. */
  readonly approveWithin?: number;
}

/** What is chosen for everybody who does not. */
type Defaults = Required<Omit<ResearchChoices, "approve" | "approveWithin">>;

/** A topic that the sample corpus has much on. */
const DEFAULT_TOPIC = "durable execution";
const DEFAULT_MAX_ITERATIONS = 3;
/** How long a plan waits to be approved: a week. */
const DEFAULT_APPROVAL_MS = 7 * 86_400_000;

/**
 * Understands `--model`: `extractive`, `openai`, `openai:NAME`, `openai:SMALL,LARGE`, and the same
 * with `openai-chat` for servers that know only Chat Completions.
 * @throws UsageError for anything else
 */
export function parseModel(text: string): ModelChoice {
  if (text === "extractive") return { kind: "extractive" };
  const match = /^openai(-chat)?(?::([^,]+)(?:,([^,]+))?)?$/.exec(text);
  if (!match) {
    throw new UsageError(
      `--model is "${text}"; give extractive, openai, openai:NAME, openai:SMALL,LARGE or openai-chat:NAME`,
    );
  }
  const [, chat, first, second] = match;
  const names = first !== undefined && { small: first, large: second ?? first };
  return { ...OPENAI_MODELS, api: chat === undefined ? "responses" : "chat", ...names };
}

/**
 * What is chosen for a person who does not: OpenAI when there is a key for it, the sample corpus.
 * A deployed API has its own keys, which nobody sees from here, and no sample corpus.
 */
export function defaultChoices(
  isDeployed: boolean,
  env: Readonly<Record<string, string | undefined>>,
): Defaults {
  const hasKey = !isDeployed && Boolean(env["OPENAI_API_KEY"]);
  return {
    topic: DEFAULT_TOPIC,
    maxIterations: DEFAULT_MAX_ITERATIONS,
    model: parseModel(hasKey ? "openai" : "extractive"),
    corpus: isDeployed ? "live" : "sample",
  };
}

/**
 * The input of a research run.
 * @param there input of the run that has the id already; what the person did not choose is taken
 * from it, so that the id alone joins it
 */
export const researchInput = (
  { topic, maxIterations, model, corpus, ...choices }: ResearchChoices,
  there: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => ({
  ...there,
  ...(topic !== undefined && { topic: topic.trim() }),
  ...(maxIterations !== undefined && { maxIterations }),
  ...(model && { model }),
  ...(corpus && { corpus }),
  ...approvalIn(choices, there),
});

function approvalIn(
  { approve = false, approveWithin }: ResearchChoices,
  there: Readonly<Record<string, unknown>>,
): { readonly approvalTimeoutMs?: unknown } {
  if (approveWithin !== undefined) return { approvalTimeoutMs: approveWithin };
  return approve ? { approvalTimeoutMs: there["approvalTimeoutMs"] ?? DEFAULT_APPROVAL_MS } : {};
}

/** Says in one line which model and corpus a run was given, and whether its plan is to be approved. */
export function announcement(input: Readonly<Record<string, unknown>>): string {
  const { model, corpus, approvalTimeoutMs } = input;
  const where =
    corpus === "sample" ? "sample (invented texts, not Hacker News)" : "live (Hacker News)";
  const approval =
    typeof approvalTimeoutMs === "number"
      ? ` · its plan is to be approved within ${duration(approvalTimeoutMs)}`
      : "";
  return `model: ${modelText(model)} · corpus: ${where}${approval}`;
}

function modelText(choice: unknown): string {
  const { success, data: model } = modelChoice.safeParse(choice);
  // A run that is joined may have been started by another version.
  if (!success) return plainLine(plainJson(choice, 0));
  if (model.kind === "extractive") return "extractive (no LLM)";
  const { api, small, large } = model;
  const names = small === large ? small : `${small} reads, ${large} writes`;
  return plainLine(`openai (${names}${api === "chat" ? ", Chat Completions" : ""})`);
}

/** A fresh id that tells the topic: `research-durable-execution-01jd3k5m`. */
export function researchId(topic: string, ids: Ids): string {
  const slug = topic
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 40)
    .replace(/-$/, "");
  const random = Math.floor(ids.random() * 36 ** 8)
    .toString(36)
    .padStart(8, "0");
  return ["research", ...(slug === "" ? [] : [slug]), random].join("-");
}
