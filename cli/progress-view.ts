import type { Host } from "./host.ts";
import { newsBetween } from "./progress-news.ts";
import { SIGNS, type Tone, treeLines, type TreeLine } from "./progress-tree.ts";
import type { RunView } from "./run-view.ts";
import type { Screen } from "./screen.ts";

/** Shows how a run goes on. */
export interface ProgressView {
  /** Shows the run as it now stands. */
  update(view: RunView): void;
  /** Leaves the last picture on the screen. */
  end(): void;
}

/** Rows that the last picture may take: it stays, and can be scrolled. */
const LAST_PICTURE_ROWS = 60;

/**
 * Shows progress as a tree redrawn in place, or where that cannot be, as a line for each thing that
 * happens.
 */
export function progressView(host: Pick<Host, "clock" | "env">, screen: Screen): ProgressView {
  const paint = painter(screen.isLive && !host.env["NO_COLOR"]);
  let last: RunView | undefined;
  const draw = (view: RunView, rows: number): void =>
    screen.show(treeLines(view, host.clock.now(), rows).map(paint));
  return {
    update(view) {
      if (screen.isLive) draw(view, screen.rows);
      else {
        for (const line of newsBetween(last, view, host.clock.now())) screen.say(paint(line));
      }
      last = view;
    },
    end() {
      if (last) draw(last, LAST_PICTURE_ROWS);
      screen.keep();
    },
  };
}

// Select Graphic Rendition (ECMA-48, 5th edition, §8.3.117).
const COLOURS = { good: 32, bad: 31, busy: 36, waiting: 33 } as const satisfies Record<
  Tone,
  number
>;
const FAINT = 2;

/** Makes a line of text of a line of a tree, with colours or without. */
function painter(hasColours: boolean): (line: TreeLine) => string {
  const style = (code: number, text: string): string =>
    hasColours && text !== "" ? `\u001B[${code}m${text}\u001B[0m` : text;
  return ({ lead, tone, label, facts }) => {
    const told = facts.length === 0 ? "" : `  ${facts.join(" · ")}`;
    return `${style(FAINT, lead)}${style(COLOURS[tone], SIGNS[tone])} ${label}${style(FAINT, told)}`;
  };
}
