import { describe, expect, it } from "vitest";
import { SIGNS, treeLines, type TreeLine } from "../../cli/progress-tree.ts";
import type { RunView } from "../../cli/run-view.ts";
import { BEGAN, runOf, stepOf } from "./fake-api.ts";

const NOW = BEGAN + 2_000;

const text = ({ lead, tone, label, facts }: TreeLine): string =>
  [`${lead}${SIGNS[tone]} ${label}`, ...facts].join(" | ");
const draw = (view: RunView, rows = 100): string[] => treeLines(view, NOW, rows).map(text);

const child = (
  key: string,
  view: Partial<RunView["run"]>,
  steps: string[],
): RunView["operations"][number] => ({
  operation: stepOf({ key, kind: "run", state: "waiting", childId: `demo~0~${key}` }),
  child: {
    run: runOf({ id: `demo~0~${key}`, workflow: "search-query", ...view }),
    operations: steps.map((step) => ({ operation: stepOf({ key: step }) })),
  },
});

describe("the tree of a run", () => {
  it("shows steps, children and their steps with durations", () => {
    const view: RunView = {
      run: runOf({ id: "demo" }),
      operations: [
        { operation: stepOf({ key: "plan" }) },
        child("queries/1", { status: "succeeded", finishedAt: BEGAN + 900 }, ["search", "read"]),
        child("queries/2", {}, ["search"]),
      ],
    };
    expect(draw(view)).toEqual([
      "▸ research demo | 2.0 s",
      "├─ ✔ plan | 120 ms",
      "├─ ✔ search-query queries/1 | 900 ms",
      "│  ├─ ✔ search | 120 ms",
      "│  └─ ✔ read | 120 ms",
      "└─ ▸ search-query queries/2 | 2.0 s",
      "   └─ ✔ search | 120 ms",
    ]);
  });

  it("shows attempts, what failed and when it is tried again", () => {
    const error = { attempt: 2, name: "Error", message: "HTTP 503\nfrom the search", at: BEGAN };
    const view: RunView = {
      run: runOf({ id: "demo", recoveries: 2 }),
      operations: [
        {
          operation: stepOf({
            key: "fetch",
            state: "backoff",
            attempts: 2,
            errors: [error],
            wakeAt: NOW + 1_500,
          }),
        },
        { operation: stepOf({ key: "read", state: "failed", attempts: 3, errors: [error] }) },
      ],
    };
    expect(draw(view)).toEqual([
      "▸ research demo | recovered 2 times | 2.0 s",
      "├─ ◌ fetch | attempt 2 | HTTP 503 from the search | next in 1.5 s",
      "└─ ✖ read | attempt 3 | 120 ms | HTTP 503 from the search",
    ]);
  });

  it("shows what a worker is at before anything of it is recorded", () => {
    const view: RunView = {
      run: runOf({ id: "demo", activity: ["plan", "draft"] }),
      operations: [{ operation: stepOf({ key: "plan" }) }],
    };
    expect(draw(view).slice(1)).toEqual(["├─ ✔ plan | 120 ms", "└─ ▸ draft"]);
  });

  it("names the kind of what is no step, and tells when a sleep ends", () => {
    const sleep = stepOf({ key: "embargo", kind: "sleep", state: "waiting", wakeAt: NOW + 61_000 });
    const view: RunView = {
      run: runOf({ id: "demo", status: "waiting" }),
      operations: [{ operation: sleep }],
    };
    expect(draw(view)).toEqual([
      "◌ research demo | waiting | 2.0 s",
      "└─ ◌ embargo (sleep) | next in 1 min 1 s",
    ]);
  });

  it("tells what is over without a record, what was given up, and which child is blocked", () => {
    const wakeAt = BEGAN + 500;
    const sleep = stepOf({ key: "rest", kind: "sleep", state: "waiting", wakeAt });
    const lost = stepOf({ key: "first/slow", state: "pending" });
    const view: RunView = {
      run: runOf({ id: "demo" }),
      operations: [
        { operation: sleep },
        { operation: stepOf({ key: "first", kind: "race", startedAt: wakeAt }) },
        { operation: lost },
        child("q", { status: "blocked" }, []),
      ],
    };
    expect(draw(view).slice(1)).toEqual([
      "├─ ✔ rest (sleep) | 490 ms",
      "├─ ✔ first (race) | 0 ms",
      "├─ ◌ first/slow | given up",
      "└─ ✖ search-query q | blocked | 2.0 s | demo~0~q",
    ]);
  });

  it("folds children that succeeded when it would not fit, then leaves out the oldest lines", () => {
    const view: RunView = {
      run: runOf({ id: "demo" }),
      operations: [
        child("one", { status: "succeeded", finishedAt: BEGAN + 900 }, ["a", "b", "c"]),
        child("two", {}, ["d", "e"]),
      ],
    };
    expect(draw(view, 6)).toEqual([
      "▸ research demo | 2.0 s",
      "├─ ✔ search-query one | 3 operations | 900 ms",
      "└─ ▸ search-query two | 2.0 s",
      "   ├─ ✔ d | 120 ms",
      "   └─ ✔ e | 120 ms",
    ]);
    expect(draw(view, 4)).toEqual([
      "▸ research demo | 2.0 s",
      "│  ◌ … 2 more above",
      "   ├─ ✔ d | 120 ms",
      "   └─ ✔ e | 120 ms",
    ]);
  });

  it("obeys no escape sequence in what a run is called by", () => {
    const view: RunView = {
      run: runOf({ id: "demo" }),
      operations: [{ operation: stepOf({ key: "a\u001B[2Jb\nc" }) }],
    };
    expect(draw(view)[1]).toBe("└─ ✔ ab c | 120 ms");
  });
});
