import * as z from "zod";
import { createApi } from "../../lambda/api/create-api.ts";
import { workflow } from "../../lambda/index.ts";
import { connect, type Savepoint } from "../../lambda/http/index.ts";
import { VirtualClock } from "../../lambda/testing/virtual-clock.ts";
import { FakeSavepoint } from "../api/fake-savepoint.ts";

/** A workflow as a server declares it. */
export const digest = workflow(
  "digest",
  { input: z.object({ id: z.number() }) },
  async (_, { id }) => ({ title: `story ${id}`, at: new Date(0), votes: new Map([["a", 1n]]) }),
);

/** What stands between client and API; undefined lets a request pass. */
type Intercept = (request: Request) => Response | Promise<Response> | Error | undefined;

/** A client of the real API over runs in memory. */
export function clientOverFake(intercept: Intercept = () => undefined) {
  const fake = new FakeSavepoint([digest]);
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const api = createApi({ savepoint: fake, version: "1", log });
  const requests: Request[] = [];
  // Pauses take no time of the test, but of the clock.
  const clock = new VirtualClock();
  const after = clock.after.bind(clock);
  clock.after = (ms, wake) => {
    const cancel = after(ms, wake);
    queueMicrotask(() => void clock.fireNext());
    return cancel;
  };
  let ids = 0;
  const savepoint: Savepoint = connect({
    endpoint: "https://api.example/prod/",
    token: "secret",
    clock,
    newId: () => `id-${++ids}`,
    async fetch(request) {
      requests.push(request);
      const answer = await intercept(request.clone());
      if (answer instanceof Error) throw answer;
      const path = request.url.replace("/prod", "");
      return answer ?? api.fetch(new Request(path, request));
    },
  });
  return { fake, savepoint, requests, clock };
}
