import { BEGAN, type FakeApi, runOf, type Snapshot, stepOf } from "./fake-api.ts";

/** What the runs of these tests report. */
export const REPORT = "# Durable execution\n\nIt works.";

/** A research run that plans, then has its report. */
export const researchLooks = (output: unknown = { report: REPORT, found: true }): Snapshot[] => [
  { run: runOf({ id: "?", status: "queued", epoch: 0 }), operations: [] },
  { run: runOf({ id: "?" }), operations: [stepOf({ key: "plan", state: "pending" })] },
  {
    run: runOf({ id: "?", status: "succeeded", finishedAt: BEGAN + 900, output }),
    operations: [stepOf({ key: "plan" })],
  },
];

/** The orders that an API got, in order. */
export const posts = ({ requests }: FakeApi): unknown[] =>
  requests.filter(({ method }) => method === "POST").map(({ url, body }) => ({ url, body }));
