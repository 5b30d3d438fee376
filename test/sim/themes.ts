import type { Draw } from "./draw.ts";
import type { Drawing } from "./program.ts";

/** What the programs of a seed are mostly about. */
export interface Theme {
  readonly weights: NonNullable<Drawing["weights"]>;
  /** How often mailboxes are short and full of what nobody reads. */
  readonly floods: number;
}

/** Children and combinations alone: they meet too seldom among everything else. */
export const PLAIN: Theme["weights"] = {
  wait: 0,
  send: 0,
  letters: 0,
  token: 0,
  race: 0,
  saga: 0,
  once: 0,
  patched: 0,
  again: 0,
};

const EVERYTHING: Theme = { weights: {}, floods: 0.4 };
const MAIL: Theme = {
  weights: { ...PLAIN, wait: 9, send: 9, letters: 7, token: 3, race: 2, again: 0.5, child: 4 },
  floods: 0.5,
};
const ROUNDS: Theme = {
  weights: { ...PLAIN, again: 9, send: 4, wait: 3, patched: 1 },
  floods: 0.3,
};
const FAMILIES: Theme = { weights: { ...PLAIN, race: 9, child: 12, later: 5 }, floods: 0.2 };
const CHANGES: Theme = { weights: { ...PLAIN, patched: 9, race: 2 }, floods: 0.2 };
const UNDOING: Theme = { weights: { ...PLAIN, saga: 8, once: 8 }, floods: 0.2 };

const THEMES = [
  [39, { weights: PLAIN, floods: 0.4 }],
  [20, EVERYTHING],
  [11, MAIL],
  [6, ROUNDS],
  [10, FAMILIES],
  [9, CHANGES],
  [5, UNDOING],
] as const satisfies readonly (readonly [number, Theme])[];

/** What the programs of a seed are about: one thing that is frequent enough to go wrong, or everything. */
export const drawTheme = (draw: Draw): Theme => draw.weighted<Theme>(THEMES);
