import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DUE_SHARDS } from "../../lambda/store/schema.ts";

const page = readFileSync("docs/cost.md", "utf8");
/** The cells of each row of a table, heads included. */
const rows = [...page.matchAll(/^\|(.*)\|$/gm)].map(([, row = ""]) =>
  row.split("|").map((cell) => cell.replaceAll("*", "").trim()),
);

/** The number that a row has in its column of dollars; a name that is not there once is a mistake. */
function dollarsOf(name: string, column: number): number {
  const found = rows.filter(([first]) => first === name);
  expect(found, name).toHaveLength(1);
  return Number.parseFloat(found[0]?.[column] ?? "");
}
const price = (name: string) => dollarsOf(name, 1);

/** A figure told to the cent is at most so far from the exact one; a half may have gone either way. */
const HALF_A_CENT = 0.005_001;

const MILLION = 1e6;
const MINUTES = 730 * 60;
const KB = 1e-6;
/** The default time for which Lambda keeps a durable execution, months. */
const KEPT = 14 / 30;

const write = price("DynamoDB on demand, a million write units");
const read = price("· a million read units");
const sqs = price("SQS standard, a million requests");
const invoked = price("Lambda, a million requests");
const second = price("· arm64, a GB-second");
const request = price("API Gateway, REST, a million requests");
const alarm = price("· an alarm and month");
const logged = price("· a GB of logs") + price("· a GB-month of logs");
const transition = price("Step Functions Standard, a million transitions");
const operation = price("Lambda durable functions, a million operations");
const kept = price("· a GB written") + KEPT * price("· a GB-month kept");
const gbMonth = price("· a GB-month") + price("· point-in-time recovery, a GB-month of the table");

const runs = 16 * write + 4 * read + 3 * sqs + invoked;
const asked = request + invoked + 0.015 * 0.5 * second * MILLION;
const waited = 0.5 * second * MILLION;

test.each([
  ["steps of up to 1 KB", write],
  ["· the worker's time for them", 0.005 * second * MILLION],
  ["runs of 10 steps", runs],
  ["a worker's time for such runs, each alone", 12 * 0.005 * second * MILLION],
  ["logs of such runs", logged * KB * MILLION],
  ["child runs", 3 * write],
  ["cold starts of a worker", 0.3 * second * MILLION],
  ["requests to the API, each answered at once", asked],
  ["seconds that the API waits for a run's end", waited],
])("a million %s cost what the units make of the prices", (name, dollars) => {
  expect(Math.abs(dollarsOf(name, 2) - dollars)).toBeLessThan(HALF_A_CENT);
});

test("so do the others' steps and runs", () => {
  const others = (name: string) =>
    rows.filter(([first]) => first === `· the same, ${name}`).map(([, , dollars]) => dollars);
  expect(others("Step Functions")).toEqual([transition, 10 * transition].map(dollarsText));
  expect(others("Lambda durable functions")).toEqual(
    [operation + kept, 11 * operation + 10.4 * kept + invoked].map(dollarsText),
  );
});

const dollarsText = (dollars: number): string => dollars.toFixed(2);

const sweep = {
  runs: (MINUTES * invoked) / MILLION + MINUTES * 0.05 * 0.25 * second,
  reads: (MINUTES * DUE_SHARDS * 0.5 * read) / MILLION,
  logs: MINUTES * 0.4 * KB * logged,
};
const dashboard = price("CloudWatch, a dashboard and month");
/** Five pollers that each wait for 20 seconds. */
const polls = (MINUTES * 5 * 3 * sqs) / MILLION;
const idle = dashboard + 19 * alarm + polls + sweep.runs + sweep.reads + sweep.logs;

test.each([
  ["dashboard", dashboard],
  ["nineteen alarms, 0.10 $ each", 19 * alarm],
  ["polls of the hint queue by Lambda", polls],
  ["sweeper: 43,800 invocations of 256 MB, if each takes 50 ms (not measured)", sweep.runs],
  ["its reads of the due index, 16 shards", sweep.reads],
  ["its logs, 0.4 KB each", sweep.logs],
  ["all of it", idle],
  [
    "secret of tokens, where there is one, and two alarms",
    price("Secrets Manager, a secret and month") + 2 * alarm,
  ],
])("idle, a month of %s costs that", (name, dollars) => {
  expect(Math.abs(dollarsOf(name, 1) - dollars)).toBeLessThan(HALF_A_CENT);
});

const rdsHour = price("RDS for PostgreSQL, db.t4g.micro in one zone, an hour");
const rds = 730 * rdsHour + 20 * price("· a GB-month of gp3");

test.each([
  ["86.10", runs + asked + request + invoked + 10 * waited, 0.1],
  ["0.45", gbMonth, 0.005],
  ["5", 11 * gbMonth, 0.5],
  ["275", 11 * transition, 0.5],
  ["11.68", 730 * rdsHour, 0.005],
  ["13.98", rds, 0.005],
  ["1.23", idle - dashboard - 10 * alarm, 0.005],
  ["1.80", 6 * price("· a metric of one's own and month"), 0.005],
])("the %s $ of the text are what they are said to be", (told, exact, rounding) => {
  expect(Math.abs(Number(told) - exact)).toBeLessThanOrEqual(rounding);
  expect(page).toMatch(new RegExp(`(?<![\\d.])${told} \\$`));
});

test("the database of DBOS costs as much a month as 1.2 million runs", () => {
  expect((rds / runs).toFixed(1)).toBe("1.2");
  expect(page).toContain("1.2 million runs");
});
