/**
 * How an unreliable queue delivers: SQS promises at least once and any order, and in rare cases
 * comes late. Production has no plan.
 */
export interface DeliveryPlan {
  /**
   * Asked at each send: how many milliseconds late each copy of the message comes. `[0]` is an
   * ordinary delivery, `[0, 0]` a duplicate, `[]` a loss.
   */
  copies(body: string): readonly number[];
  /** Which of the visible messages, counted from 0 in their order, a receive takes next. */
  next(visible: number): number;
}

/** How often each thing goes wrong, as fractions of all sends. */
export interface DeliveryOdds {
  readonly duplicate?: number;
  readonly late?: number;
  /** Longest lateness, milliseconds. */
  readonly lateByMs?: number;
  readonly lost?: number;
  /** Fraction of receives that take a message out of its turn. */
  readonly reordered?: number;
}

/**
 * A plan drawn from chance.
 * @param random a number in [0, 1), from a seed so that a failure can be repeated
 */
export function unreliableDelivery(random: () => number, odds: DeliveryOdds): DeliveryPlan {
  const happens = (odd = 0) => random() < odd;
  const lateness = () => (happens(odds.late) ? Math.floor(random() * (odds.lateByMs ?? 5000)) : 0);
  return {
    copies() {
      if (happens(odds.lost)) return [];
      return happens(odds.duplicate) ? [lateness(), lateness()] : [lateness()];
    },
    next: (visible) => (happens(odds.reordered) ? Math.floor(random() * visible) : 0),
  };
}
