/** What Lambda tells of an alias. */
export interface VersionAlias {
  readonly FunctionVersion?: string | undefined;
  /** Further versions that it sends a part of the calls to, by their weights. */
  readonly RoutingConfig?:
    | { readonly AdditionalVersionWeights?: Readonly<Record<string, number>> | undefined }
    | undefined;
}

/** How many versions of a function are kept, the newest first: one in use, and those to roll back to. */
export const VERSIONS_KEPT = 5;

/** What is numbered is a published version; `$LATEST` is the function itself. */
const PUBLISHED = /^\d+$/;

/**
 * Which versions of a function may go: all but the newest five and those that an alias calls.
 * @param versions names of the versions, in any order
 * @returns the oldest first
 */
export function outdatedVersions(
  versions: readonly string[],
  aliases: readonly VersionAlias[],
): string[] {
  const inUse = new Set(
    aliases.flatMap(({ FunctionVersion = "", RoutingConfig }) => [
      FunctionVersion,
      ...Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {}),
    ]),
  );
  return versions
    .filter((version) => PUBLISHED.test(version))
    .toSorted((one, other) => Number(one) - Number(other))
    .slice(0, -VERSIONS_KEPT)
    .filter((version) => !inUse.has(version));
}
