/**
 * A percentile of samples, interpolated between neighbours.
 * @param share 0 to 1; 0.5 is the median
 * @throws RangeError without samples
 */
export function percentile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new RangeError("there are no samples to take a percentile of");
  const sorted = samples.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? 0;
  return below + (above - below) * (place - Math.floor(place));
}

/** The middle of samples. Throws RangeError without any. */
export const median = (samples: readonly number[]): number => percentile(samples, 0.5);
