import { dirname, join } from "node:path/posix";
import ts from "typescript";
import { type CodeFile, complainAt, nodesOf } from "./code.ts";
import { type Complaint, isWithin } from "./complaint.ts";

/** What a part of the repository may import besides itself and npm packages. */
interface Layer {
  /** Folders and files of ours. */
  readonly may: readonly string[];
  /** Packages it must do without; a name stands for everything under it, too. */
  readonly not?: readonly string[];
}

const SDK = "@aws-sdk";
const INPUT_OUTPUT = ["fs", "net", "tls", "dgram", "http", "https", "http2", "child_process"].map(
  (name) => `node:${name}`,
);
const INDEX = "lambda/index.ts";
const LIBRARY = ["core", "store", "queue"].map((name) => `lambda/${name}`);

/** The direction of imports. A file belongs to the longest path here that it is within. */
const LAYERS: Readonly<Record<string, Layer>> = {
  "lambda/core": { may: [], not: [SDK, ...INPUT_OUTPUT] },
  "lambda/store": { may: ["lambda/core"] },
  "lambda/queue": { may: ["lambda/core"] },
  "lambda/engine": { may: LIBRARY, not: [SDK, ...INPUT_OUTPUT] },
  // What workflows and events are, and how an event is sent, is known on both sides of a run.
  "lambda/client": {
    may: [
      ...LIBRARY,
      "lambda/engine/workflow.ts",
      "lambda/engine/event.ts",
      "lambda/engine/deliver-message.ts",
    ],
  },
  // What is said over HTTP, on the side of those who ask: it runs in browsers, too.
  "lambda/http": {
    may: [
      "lambda/core",
      "lambda/client/describe-run.ts",
      "lambda/client/list.ts",
      "lambda/engine/event.ts",
      "lambda/engine/workflow.ts",
    ],
    not: [SDK, ...INPUT_OUTPUT],
  },
  "lambda/api": { may: ["lambda/core", "lambda/client"], not: [SDK] },
  "lambda/index.ts": {
    may: [
      "lambda/core",
      "lambda/engine",
      "lambda/client",
      "lambda/functions/config.ts",
      "lambda/functions/create.ts",
      "lambda/functions/secrets.ts",
    ],
  },
  "lambda/sigv4": { may: ["lambda/core"] },
  "lambda/otel": { may: ["lambda/engine/telemetry.ts"] },
  "lambda/agent": { may: ["lambda/index.ts"], not: [SDK] },
  // Everything but what is for tests.
  "lambda/functions": {
    may: [...LIBRARY, "lambda/engine", "lambda/client", "lambda/api", "lambda/agent", INDEX],
  },
  // Runs an engine in the process of a test, against the embedded services.
  "lambda/testing": {
    may: [...LIBRARY, "lambda/engine", "lambda/client", "localstack/embedded"],
  },
  // Examples use the library as its users do, by its name.
  "docs/examples": { may: [], not: [SDK] },
  infra: {
    may: [
      "lambda/store/schema.ts",
      "lambda/core",
      // What the clock may start in the research app.
      "lambda/agent/input.ts",
      "localstack/embedded/bundle.ts",
      "localstack/embedded/module-file.ts",
    ],
  },
  "localstack/embedded": {
    may: [
      "lambda/core",
      "lambda/store/schema.ts",
      "infra/descriptor.ts",
      "localstack/hn/server.ts",
    ],
  },
  "localstack/emulators": { may: ["lambda/core", "lambda/store/schema.ts"] },
  "localstack/hn": { may: ["lambda/core"] },
  cli: {
    may: ["lambda/core", "lambda/http", "lambda/sigv4", "lambda/agent", "localstack"],
    not: [SDK],
  },
  // What a new project begins with: it uses the library as its users do.
  "cli/template": { may: [], not: [SDK] },
  bench: { may: ["lambda", "infra", "localstack", "cli"] },
  // Makes the package, and is no part of it.
  package: { may: [] },
  test: { may: ["lambda", "docs", "infra", "localstack", "cli", "bench", "package"] },
};

/** Imports go one way: each part of the repository may import only what its layer names. */
export function checkImports(file: CodeFile): Complaint[] {
  const home = layerOf(file.path);
  if (home === undefined) {
    // Configuration at the root is read by tools and imports nothing of ours.
    if (!file.path.includes("/")) return [];
    return [{ path: file.path, line: 1, message: "this folder has no place among the layers" }];
  }
  return [...specifiersOf(file)].flatMap((specifier) => {
    const refusal = refusalOf(file.path, home, specifier.text);
    return refusal === undefined ? [] : [complainAt(file, specifier, refusal)];
  });
}

function layerOf(path: string): string | undefined {
  return Object.keys(LAYERS)
    .filter((folder) => isWithin(path, folder))
    .toSorted((one, other) => other.length - one.length)[0];
}

function refusalOf(path: string, home: string, specifier: string): string | undefined {
  const { may, not = [] } = LAYERS[home] ?? { may: [] };
  if (!specifier.startsWith(".")) {
    const name = not.find((unwanted) => isWithin(specifier, unwanted));
    return name && `${home} must do without ${name}, but imports ${specifier}`;
  }
  const target = join(dirname(path), specifier);
  if ([home, ...may].some((folder) => isWithin(target, folder))) return undefined;
  return `${home} may import ${may.join(", ") || "nothing of ours"}, but imports ${target}`;
}

function* specifiersOf(file: CodeFile): Generator<ts.StringLiteralLike> {
  for (const node of nodesOf(file.source)) {
    const specifier = specifierOf(node);
    if (specifier && ts.isStringLiteralLike(specifier)) yield specifier;
  }
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return node.argument.literal;
  if (!ts.isCallExpression(node)) return undefined;
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return isImport || node.expression.getText() === "require" ? node.arguments[0] : undefined;
}
