/** The part of a `package.json` that a project of Savepoint needs something in. */
export interface ProjectManifest {
  readonly [entry: string]: unknown;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** What a project can be given: a list of entries for each part. */
type Wanted = Required<Pick<ProjectManifest, "scripts" | "dependencies" | "devDependencies">>;

/** A manifest with what it lacked. */
export interface MergedManifest {
  readonly manifest: ProjectManifest;
  /** What was added, as `script dev` and `dependency zod`. */
  readonly added: readonly string[];
  /** What was there with another value, and has kept it. */
  readonly kept: readonly string[];
}

const SCRIPTS = {
  dev: "savepoint dev",
  test: "node --import tsx --test test/*.test.ts",
  types: "tsc",
  synth: "cdk synth --quiet",
  deploy: "cdk deploy",
} as const;
const DEPENDENCIES = ["zod"] as const;
const DEV_DEPENDENCIES = [
  "@types/node",
  "aws-cdk",
  "aws-cdk-lib",
  "constructs",
  "tsx",
  "typescript",
] as const;

/**
 * What a project needs.
 * @param own the manifest of the package that says so: the versions are those that it is tested with
 */
export function wantedOf(own: {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}): Wanted {
  const versions = { ...own.devDependencies, ...own.dependencies, [own.name]: own.version };
  const pick = (names: readonly string[]): Record<string, string> =>
    Object.fromEntries(
      names.map((name) => {
        const version = versions[name];
        if (version === undefined) throw new Error(`the package has no version of ${name}`);
        return [name, version];
      }),
    );
  return {
    scripts: SCRIPTS,
    dependencies: pick([own.name, ...DEPENDENCIES]),
    devDependencies: pick(DEV_DEPENDENCIES),
  };
}

/** Adds what a manifest lacks, and changes nothing that is there. */
export function withWanted(manifest: ProjectManifest, wanted: Wanted): MergedManifest {
  const { scripts = {}, dependencies = {}, devDependencies = {} } = manifest;
  const installed = { ...devDependencies, ...dependencies };
  const added: string[] = [];
  const kept: string[] = [];
  const lacking = (
    kind: string,
    wants: Readonly<Record<string, string>>,
    there: Readonly<Record<string, string>>,
  ): Record<string, string> => {
    const fresh = Object.entries(wants).filter(([name]) => !Object.hasOwn(there, name));
    const other = Object.entries(wants).filter(([name, value]) => (there[name] ?? value) !== value);
    added.push(...fresh.map(([name]) => `${kind} ${name}`));
    kept.push(...other.map(([name]) => `${kind} ${name}`));
    return Object.fromEntries(fresh);
  };
  const merged = {
    ...manifest,
    scripts: { ...scripts, ...lacking("script", wanted.scripts, scripts) },
    dependencies: {
      ...dependencies,
      ...lacking("dependency", wanted.dependencies, installed),
    },
    devDependencies: {
      ...devDependencies,
      ...lacking("dependency", wanted.devDependencies, installed),
    },
  };
  return { manifest: added.length === 0 ? manifest : merged, added, kept };
}
