import { workflow } from "savepoint";
import { bookings } from "./services.ts";

/** Books a trip as a whole, or not at all. */
export const trip = workflow("trip", {}, async (ctx, { days }: { days: number }) => {
  const booked: string[] = [];
  for (const what of ["flight", "hotel", "car"]) {
    const booking = await ctx.step<string>(
      what,
      { retry: { attempts: 2 }, rollback: (made) => bookings.cancel(made) },
      ({ idempotencyKey }) => bookings.book(`${what} for ${days} days`, idempotencyKey),
    );
    booked.push(booking);
  }
  return booked;
});
