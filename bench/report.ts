/** One line of the report. */
export interface Line {
  readonly name: string;
  readonly measured: number;
  /** Unit of `measured` and `floor`. */
  readonly unit: Unit;
  /** What it is set beside, measured in the same run. */
  readonly floor?: number;
  /** Most that `measured / floor` may be; without one the line is for information. */
  readonly atMost?: number;
}

/** Units that figures come in. */
export type Unit = "ms" | "runs/s" | "puts/s" | "units" | "requests" | "bytes" | "KB" | "replays";

/** What one figure has found. */
export interface Figure {
  readonly title: string;
  /** What is measured, and from where to where, in one sentence. */
  readonly about: string;
  readonly lines: readonly Line[];
}

type Verdict = "PASS" | "MISS" | "";

const ratioOf = ({ measured, floor }: Line): number | undefined =>
  floor === undefined ? undefined : measured / floor;

/** One without a target, or without anything to set it beside, is not judged. */
function verdictOf(line: Line): Verdict {
  const ratio = ratioOf(line);
  if (line.atMost === undefined || ratio === undefined) return "";
  return ratio <= line.atMost ? "PASS" : "MISS";
}

/** How many lines of the figures miss their target. */
export const missesOf = (figures: readonly Figure[]): number =>
  figures.flatMap(({ lines }) => lines).filter((line) => verdictOf(line) === "MISS").length;

const HEADINGS = ["", "measured", "floor", "ratio", "target", ""];

/** A figure as a table of text. */
export function tableOf({ title, about, lines }: Figure): string {
  const rows = [HEADINGS, ...lines.map(cellsOf)];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const text = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 || column === row.length - 1
          ? cell.padEnd(width)
          : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
  return [title, about, "", ...text].join("\n");
}

function cellsOf(line: Line): string[] {
  const ratio = ratioOf(line);
  return [
    `  ${line.name}`,
    `${shown(line.measured)} ${line.unit}`,
    line.floor === undefined ? "" : `${shown(line.floor)} ${line.unit}`,
    ratio === undefined ? "" : `× ${shown(ratio)}`,
    line.atMost === undefined ? "" : `≤ ${shown(line.atMost)}`,
    verdictOf(line),
  ];
}

/** Three digits that mean something; whole numbers as they are. */
function shown(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
