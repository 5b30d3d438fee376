/** What a payment provider answers. */
export interface PaymentReply {
  readonly status: number;
  readonly id: string;
  /** Seconds to wait, with status 429. */
  readonly retryAfter?: number;
}

/** Stands in for a payment provider. */
export const payments = {
  charge: async (cents: number, key: string, signal: AbortSignal): Promise<PaymentReply> => {
    signal.throwIfAborted();
    return { status: 200, id: `${cents} cents, once by ${key.length} characters` };
  },
};

/** Stands in for a mail provider. */
export const mail = {
  send: async (to: string, text: string): Promise<string> => `${to}: ${text}`,
};

/** Stands in for pages and what is made of them. */
export const pages = {
  read: async (url: string, signal?: AbortSignal): Promise<string> => {
    signal?.throwIfAborted();
    return `text of ${url}`;
  },
  shorten: async (text: string): Promise<string> => `short ${text}`,
};

/** Stands in for a data warehouse that one import at a time may write to. */
export const warehouse = {
  lock: async (): Promise<void> => undefined,
  load: async (file: string, signal: AbortSignal): Promise<string> => {
    signal.throwIfAborted();
    return file;
  },
  unlock: async (): Promise<void> => undefined,
};

/** Stands in for providers of bookings. */
export const bookings = {
  book: async (what: string, _key: string): Promise<string> => `${what} booking`,
  cancel: async (booking: string): Promise<string> => `cancelled ${booking}`,
};
