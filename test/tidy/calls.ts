import ts from "typescript";
import { type CodeFile, complainAt, nodesOf } from "./code.ts";
import { type Complaint, isWithin } from "./complaint.ts";

const RUNNERS = /^(?:it|test|describe|suite|bench)$/;
const UNFINISHED = /^(?:only|skip|todo)$/;

/** Every test runs: none is singled out, skipped or only announced. */
export function checkEveryTestRuns(file: CodeFile): Complaint[] {
  if (!isWithin(file.path, "test")) return [];
  return propertyAccesses(file)
    .filter((node) => UNFINISHED.test(node.name.text) && RUNNERS.test(rootOf(node).getText()))
    .map((node) => complainAt(file, node, `${node.getText()} must not be committed`));
}

const PRINTING = ["cli", "bench", "infra"];

/** Only programs with a terminal write to it: the library logs through its own port. */
export function checkConsole(file: CodeFile): Complaint[] {
  if (PRINTING.some((folder) => isWithin(file.path, folder))) return [];
  return propertyAccesses(file)
    .filter(({ expression }) => ts.isIdentifier(expression) && expression.text === "console")
    .map((node) => complainAt(file, node, `${node.getText()} is for ${PRINTING.join(", ")} only`));
}

const BY_PORT = ["core", "engine", "store", "queue", "client"].map((name) => `lambda/${name}`);
const PORTS = new Set(["lambda/core/clock.ts", "lambda/core/ids.ts"]);
const CHANCE_AND_TIME = new Set([
  "Date.now",
  "performance.now",
  "process.hrtime",
  "Math.random",
  "AbortSignal.timeout",
  "setTimeout",
  "setInterval",
  "randomUUID",
  "randomBytes",
  "randomInt",
  "getRandomValues",
]);

/** Time, ids and chance come in through ports, so that a test can decide them. */
export function checkPorts(file: CodeFile): Complaint[] {
  if (!BY_PORT.some((folder) => isWithin(file.path, folder)) || PORTS.has(file.path)) {
    return [];
  }
  return [...nodesOf(file.source)]
    .filter((node) => isPresentDate(node) || isChanceOrTime(node))
    .map((node) => complainAt(file, node, `${node.getText()} must come in through a port`));
}

const isChanceOrTime = (node: ts.Node): boolean =>
  (ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) &&
  CHANCE_AND_TIME.has(node.getText());

const isPresentDate = (node: ts.Node): boolean =>
  ts.isNewExpression(node) &&
  node.expression.getText() === "Date" &&
  (node.arguments ?? []).length === 0;

const propertyAccesses = (file: CodeFile): ts.PropertyAccessExpression[] =>
  [...nodesOf(file.source)].filter((node) => ts.isPropertyAccessExpression(node));

const rootOf = (node: ts.Expression): ts.Expression =>
  ts.isPropertyAccessExpression(node) || ts.isCallExpression(node) ? rootOf(node.expression) : node;
