/** One field of a cron line, read. */
export interface CronField {
  /** What it matches, ascending. */
  readonly values: readonly number[];
  /** Whether it is left open, as `*`. */
  readonly isAny: boolean;
  /** The field as EventBridge takes it. */
  readonly text: string;
}

/** What a field may hold. */
export interface CronRange {
  /** What it is called in complaints. */
  readonly what: string;
  readonly min: number;
  readonly max: number;
  /** Names that may stand for the numbers from `min` on. */
  readonly names?: readonly string[];
}

const ITEM = /^(\*|[0-9]+|[a-z]+)(?:-([0-9]+|[a-z]+))?(?:\/([0-9]+))?$/i;

/**
 * Reads one field of a cron line: `*`, numbers, names, ranges `a-b`, steps, and lists of those.
 * @param refuse throws with the reason
 */
export function cronField(
  text: string,
  range: CronRange,
  refuse: (reason: string) => never,
): CronField {
  const values = new Set(text.split(",").flatMap((item) => itemValues(item, range, refuse)));
  const sorted = [...values].toSorted((one, other) => one - other);
  // `*/2` restricts the days although it begins with a star: cron's versions differ on what that means.
  const isAny = text.startsWith("*") && sorted.length === range.max - range.min + 1;
  return { values: sorted, isAny, text: isAny ? "*" : listed(sorted) };
}

function itemValues(item: string, range: CronRange, refuse: (reason: string) => never): number[] {
  const [, first = "", last, step] = ITEM.exec(item) ?? [];
  const { what, min, max } = range;
  const wrong = (why: string): never => refuse(`its ${what} "${item}" ${why}`);
  const isStar = first === "*";
  if (first === "" || (isStar && last !== undefined)) {
    return wrong("is none of *, a number, a name, a range a-b and a step */n or a-b/n");
  }
  if (step !== undefined && !isStar && last === undefined) {
    return wrong(`is a step without an end; write ${first}-${max}/${step}`);
  }
  const numberOf = (word: string): number => {
    const place = range.names?.indexOf(word.toUpperCase()) ?? -1;
    const value = /^\d+$/.test(word) ? Number(word) : place + min;
    const isKnown = /^\d+$/.test(word) || place >= 0;
    return isKnown && value >= min && value <= max ? value : wrong(`is not from ${min} to ${max}`);
  };
  const from = isStar ? min : numberOf(first);
  const to = isStar ? max : numberOf(last ?? first);
  const by = Number(step ?? 1);
  if (to < from) return wrong("ends before it begins");
  if (by < 1) return wrong("has a step of 0");
  return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, n) => from + n * by);
}

/** Numbers in ascending order as a list in which three or more in a row are a range. */
export function listed(numbers: readonly number[]): string {
  const rows: [number, number][] = [];
  for (const each of numbers.toSorted((one, other) => one - other)) {
    const row = rows.at(-1);
    if (row && row[1] === each - 1) row[1] = each;
    else rows.push([each, each]);
  }
  return rows
    .map(([from, to]) => (to - from > 1 ? `${from}-${to}` : [...new Set([from, to])].join(",")))
    .join(",");
}
