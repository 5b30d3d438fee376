import { describe, expect, it } from "vitest";
import { type Figure, type Line, missesOf, tableOf } from "../../bench/report.ts";

const figure = (...lines: Line[]): Figure => ({
  title: "Steps",
  about: "From here to there.",
  lines,
});
const line = (measured: number, more: Partial<Line> = {}): Line => ({
  name: "overhead",
  unit: "ms",
  measured,
  ...more,
});

describe("a figure's report", () => {
  it("shows what was measured beside its floor, and judges the ratio of the two", () => {
    expect(tableOf(figure(line(1.3, { floor: 1, atMost: 1.3 })))).toBe(
      [
        "Steps",
        "From here to there.",
        "",
        "            measured  floor   ratio  target",
        "  overhead   1.30 ms   1 ms  × 1.30  ≤ 1.30  PASS",
      ].join("\n"),
    );
  });

  it("tells how many lines miss their target", () => {
    const over = line(131, { floor: 100, atMost: 1.3 });
    expect(tableOf(figure(over))).toMatch(/≤ 1\.30 {2}MISS$/);
    expect(missesOf([figure(over, line(1)), figure(over, line(1, { floor: 1, atMost: 1 }))])).toBe(
      2,
    );
  });

  it("does not judge a line that has no target", () => {
    expect(missesOf([figure(line(1_000_000), line(1_000_000, { floor: 1 }))])).toBe(0);
    expect(tableOf(figure(line(12)))).toMatch(/overhead {5}12 ms$/);
  });
});
