import type { Address } from "../lambda/http/exchange.ts";
import type { Connection as HttpConnection } from "../lambda/http/transport.ts";

/** A way to the API, which another command can be told. */
export interface Connection extends HttpConnection {
  /** Options that lead another command to the same API, as `--endpoint https://…`. */
  readonly options: readonly string[];
}

/** The connection to an API that somebody else keeps up. */
export const remoteConnection = (address: Address): Connection => ({
  address: () => address,
  recover: async () => {},
  options: ["--endpoint", address.url],
});
