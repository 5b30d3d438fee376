import type { EpochMs } from "../lambda/core/clock.ts";
import { isFinished } from "../lambda/core/status.ts";
import { duration, plainLine } from "./plain-text.ts";
import { operationFacts, operationLabel, type TreeLine } from "./progress-tree.ts";
import type { OperationView, RunView } from "./run-view.ts";
import type { Operation } from "../lambda/http/wire.ts";

interface News extends Omit<TreeLine, "lead"> {
  readonly at: EpochMs;
}

/** The child whose news it is, as `facets/2/search › `; empty for the run that is looked at. */
type Place = string;

/**
 * What has happened between two looks at a run and those below it, in the order of time: operations
 * that settled, attempts that failed, runs that began, were claimed again or ended. Each line leads
 * with the time since the run began.
 * @param before undefined at the first look
 */
export function newsBetween(
  before: RunView | undefined,
  after: RunView,
  now: EpochMs,
): readonly TreeLine[] {
  const { startedAt } = after.run;
  return newsOfRun(before, after, plainLine(after.run.id), "", now)
    .sort((one, other) => one.at - other.at)
    .map(({ at, ...line }) => ({ ...line, lead: `${duration(at - startedAt).padStart(9)}  ` }));
}

function newsOfRun(
  before: RunView | undefined,
  after: RunView,
  name: string,
  place: Place,
  now: EpochMs,
): News[] {
  const { run } = after;
  const earlier = new Map(before?.operations.map((one) => [one.operation.key, one]));
  const label = `${plainLine(run.workflow)} ${name}`;
  const news: News[] = [];
  if (!before) news.push({ at: run.startedAt, tone: "busy", label, facts: ["started"] });
  if (before && run.recoveries > before.run.recoveries) {
    const facts = ["recovered: its worker died, another goes on"];
    news.push({ at: now, tone: "busy", label, facts });
  }
  for (const view of after.operations) {
    news.push(...newsOfOperation(earlier.get(view.operation.key), view, place, now));
  }
  if (run.status === before?.run.status) return news;
  if (isFinished(run.status)) {
    const at = run.finishedAt ?? now;
    const tone = run.status === "succeeded" ? "good" : "bad";
    news.push({ at, tone, label, facts: [run.status, duration(at - run.startedAt)] });
  } else if (run.status === "blocked" || run.status === "paused") {
    news.push({ at: now, tone: "bad", label, facts: [run.status] });
  }
  return news;
}

function newsOfOperation(
  before: OperationView | undefined,
  { operation, child }: OperationView,
  place: Place,
  now: EpochMs,
): News[] {
  if (child) {
    const name = plainLine(operation.key);
    return newsOfRun(before?.child, child, name, `${place}${name} › `, now);
  }
  const { state, errors, endedAt } = operation;
  const label = `${place}${operationLabel(operation)}`;
  const facts = operationFacts(operation, state, now);
  if (isSettled(operation)) {
    if (before && isSettled(before.operation)) return [];
    return [{ at: endedAt ?? now, tone: state === "failed" ? "bad" : "good", label, facts }];
  }
  const hasFailedAgain = errors.length > (before?.operation.errors.length ?? 0);
  return state === "backoff" && hasFailedAgain ? [{ at: now, tone: "waiting", label, facts }] : [];
}

const isSettled = ({ state }: Operation): boolean => state === "succeeded" || state === "failed";
