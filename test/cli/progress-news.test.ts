import { describe, expect, it } from "vitest";
import { newsBetween } from "../../cli/progress-news.ts";
import { SIGNS } from "../../cli/progress-tree.ts";
import type { RunView } from "../../cli/run-view.ts";
import type { Operation } from "../../lambda/http/wire.ts";
import { BEGAN, runOf, stepOf } from "./fake-api.ts";

const NOW = BEGAN + 2_000;

const news = (before: RunView | undefined, after: RunView): string[] =>
  newsBetween(before, after, NOW).map(({ lead, tone, label, facts }) =>
    [`${lead.trim()} ${SIGNS[tone]} ${label}`, ...facts].join(" | "),
  );
const viewOf = (run: Partial<RunView["run"]>, ...operations: Operation[]): RunView => ({
  run: runOf({ id: "demo", ...run }),
  operations: operations.map((operation) => ({ operation })),
});

const failed = (attempt: number): Operation =>
  stepOf({
    key: "fetch",
    state: "backoff",
    attempts: attempt,
    errors: Array.from({ length: attempt }, (_, index) => ({
      attempt: index + 1,
      name: "Error",
      message: `HTTP 50${index}`,
    })),
    wakeAt: NOW + 1_000,
  });

describe("the news of a run", () => {
  it("tells each operation once, when it has settled", () => {
    const pending = viewOf({}, stepOf({ key: "plan", state: "pending" }));
    const settled = viewOf({}, stepOf({ key: "plan" }));
    expect(news(undefined, pending)).toEqual(["0 ms ▸ research demo | started"]);
    expect(news(pending, settled)).toEqual(["130 ms ✔ plan | 120 ms"]);
    expect(news(settled, settled)).toEqual([]);
  });

  it("tells what happened at once in the order of time, and whose it is", () => {
    const child: RunView = {
      run: runOf({
        id: "demo~0~q",
        workflow: "search-query",
        status: "succeeded",
        startedAt: BEGAN + 200,
        finishedAt: BEGAN + 900,
      }),
      operations: [{ operation: stepOf({ key: "read", endedAt: BEGAN + 500 }) }],
    };
    const view: RunView = {
      ...viewOf({}),
      operations: [
        { operation: stepOf({ key: "q", kind: "run", childId: "demo~0~q" }), child },
        { operation: stepOf({ key: "plan" }) },
      ],
    };
    expect(news(undefined, view)).toEqual([
      "0 ms ▸ research demo | started",
      "130 ms ✔ plan | 120 ms",
      "200 ms ▸ search-query q | started",
      "500 ms ✔ q › read | 490 ms",
      "900 ms ✔ search-query q | succeeded | 700 ms",
    ]);
  });

  it("tells that another worker goes on with a run", () => {
    expect(news(viewOf({ recoveries: 0 }), viewOf({ recoveries: 1 }))).toEqual([
      "2.0 s ▸ research demo | recovered: its worker died, another goes on",
    ]);
    expect(news(viewOf({ epoch: 1 }), viewOf({ epoch: 2 }))).toEqual([]);
  });

  it("tells each failed attempt of a step that is tried again", () => {
    expect(news(viewOf({}), viewOf({}, failed(1)))).toEqual([
      "2.0 s ◌ fetch | HTTP 500 | next in 1.0 s",
    ]);
    expect(news(viewOf({}, failed(1)), viewOf({}, failed(1)))).toEqual([]);
    expect(news(viewOf({}, failed(1)), viewOf({}, failed(2)))).toEqual([
      "2.0 s ◌ fetch | attempt 2 | HTTP 501 | next in 1.0 s",
    ]);
  });

  it.each(["failed", "cancelled"] as const)("tells that a run has %s", (status) => {
    expect(news(viewOf({}), viewOf({ status, finishedAt: BEGAN + 700 }))).toEqual([
      `700 ms ✖ research demo | ${status} | 700 ms`,
    ]);
  });
});
