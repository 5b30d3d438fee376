/** What of a package's manifest the build looks at. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Packages that one optional entry alone needs: who uses it has them, and nobody else installs them. */
const PEERS: ReadonlySet<string> = new Set(["@opentelemetry/api", "aws-cdk-lib", "constructs"]);

/**
 * The manifest of the package that is built from the repository.
 * @param repository the repository's own
 * @param imported names of the packages that the built files import
 * @throws Error when one of them is not a dependency
 */
export function packageManifest(
  repository: Manifest,
  imported: ReadonlySet<string>,
): Record<string, unknown> {
  const { name, version, description, license, engines, dependencies, devDependencies } =
    repository;
  // What only has types is imported by the name of what they are for.
  const typed = (one: string) => (`@types/${one}` in dependencies ? `@types/${one}` : one);
  const needed = [...imported]
    .filter((one) => one !== name)
    .map(typed)
    .toSorted();
  const missing = needed.filter((one) => !(one in dependencies) && !PEERS.has(one));
  if (missing.length > 0) {
    throw new Error(`the package imports ${missing.join(", ")}; make it a dependency`);
  }
  const peers = needed.filter((one) => PEERS.has(one));
  return {
    name,
    version,
    description,
    license,
    keywords: ["workflow", "durable", "agent", "lambda", "dynamodb", "sqs", "cdk"],
    type: "module",
    // So that bundlers leave out each module of which nothing is used.
    sideEffects: false,
    engines,
    bin: { savepoint: "cli/bin.js" },
    exports: Object.fromEntries(
      Object.entries(repository.exports).map(([entry, source]) => [entry, builtEntry(source)]),
    ),
    // For nobody who installs it: `savepoint init` tells a new project which versions fit.
    devDependencies: { tsx: dependencies["tsx"], ...devDependencies },
    dependencies: Object.fromEntries(
      needed.filter((one) => !PEERS.has(one)).map((one) => [one, dependencies[one]]),
    ),
    peerDependencies: Object.fromEntries(peers.map((one) => [one, `^${devDependencies[one]}`])),
    peerDependenciesMeta: Object.fromEntries(peers.map((one) => [one, { optional: true }])),
  };
}

const builtEntry = (source: string): Readonly<Record<string, string>> => ({
  types: source.replace(/\.ts$/, ".d.ts"),
  default: source.replace(/\.ts$/, ".js"),
});

/** Names of the packages among what a module imports, Node's own left out. */
export function importedPackages(specifiers: readonly string[]): string[] {
  return specifiers
    .filter((one) => !one.startsWith(".") && !one.startsWith("node:"))
    .map((one) => /^(@[^/]+\/)?[^/]+/.exec(one)?.[0] ?? one);
}
