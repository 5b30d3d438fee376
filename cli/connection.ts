/** Where the API is, and what opens it. */
export interface Address {
  /** Base URL, without a slash at its end. */
  readonly url: string;
  /** Sent as `x-savepoint-token`; absent when the API asks for none. */
  readonly token?: string;
}

/** A way to the API that can be found anew when it is lost. */
export interface Connection {
  /** Where the API is now. */
  address(): Address;
  /**
   * Looks for the API again after it did not answer. Returns once a further try makes sense.
   * @throws CliError when none does
   */
  recover(): Promise<void>;
  /** Options that lead another command to the same API, as `--endpoint https://…`. */
  readonly options: readonly string[];
}

/** The connection to an API that somebody else keeps up. */
export const remoteConnection = (address: Address): Connection => ({
  address: () => address,
  recover: async () => {},
  options: ["--endpoint", address.url],
});
