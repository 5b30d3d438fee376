/** Word lengths from which one and two typos are forgiven. */
export interface TypoLimits {
  readonly oneFrom: number;
  readonly twoFrom: number;
}

/** Algolia's defaults, which Hacker News keeps (`minWordSizefor1Typo`, `minWordSizefor2Typos`). */
export const DEFAULT_TYPO_LIMITS: TypoLimits = { oneFrom: 4, twoFrom: 8 };

/** How many typos a query word may have. */
export function allowedTypos(word: string, limits: TypoLimits): 0 | 1 | 2 {
  if (word.length >= limits.twoFrom) {
    return 2;
  }
  return word.length >= limits.oneFrom ? 1 : 0;
}

/**
 * Counts the typos by which a query word differs from an indexed one: letters missing, added,
 * replaced, or two neighbours swapped. A wrong first letter counts as one more, as in Algolia's
 * ranking ("Typo tolerance" in its guides).
 *
 * @param query The word searched for.
 * @param indexed The word of a document.
 * @param prefix Whether `query` may be the beginning of `indexed`.
 * @param allowed At most so many edits.
 * @returns The typos, or undefined when there are more edits than allowed.
 */
export function typosBetween(
  query: string,
  indexed: string,
  prefix: boolean,
  allowed: number,
): number | undefined {
  if (prefix ? indexed.startsWith(query) : indexed === query) {
    return 0;
  }
  const target = prefix ? indexed.slice(0, query.length + allowed) : indexed;
  if (allowed === 0 || Math.abs(target.length - query.length) > allowed) {
    return undefined;
  }
  const edits = editDistance(query, target, prefix);
  if (edits > allowed) {
    return undefined;
  }
  return edits > 0 && query[0] !== indexed[0] ? edits + 1 : edits;
}

/** Distance by optimal string alignment; with `prefix`, to the nearest beginning of `b`. */
function editDistance(a: string, b: string, prefix: boolean): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      );
      if (a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, at(beforeLast, column - 2) + 1);
      }
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return prefix ? Math.min(...last) : at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
