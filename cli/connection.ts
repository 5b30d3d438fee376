import type { Address } from "../lambda/http/exchange.ts";
import type { Connection as HttpConnection } from "../lambda/http/transport.ts";

/** A way to the API, which another command can be told. */
export interface Connection extends HttpConnection {
  /** Options that lead another command to the same API, as `--endpoint https://…`. */
  readonly options: readonly string[];
}

/**
 * The connection to an API that somebody else keeps up.
 * @param isSigned whether `--iam` was given, which another command then needs as well. Default: it was not
 */
export const remoteConnection = (address: Address, isSigned = false): Connection => ({
  address: () => address,
  recover: async () => {},
  options: ["--endpoint", address.url, ...(isSigned ? ["--iam"] : [])],
});
