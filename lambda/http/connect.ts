import type { RunPage } from "../client/list.ts";
import {
  assertNamesSome,
  FILTER_OPTIONS,
  LIST_OPTIONS,
  type ListOptions,
  type RunFilter,
} from "../core/run-filter.ts";
import {
  BULK_OPTIONS,
  type BulkAction,
  type BulkActions,
  type BulkReport,
  wholeReport,
} from "../core/bulk.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import type { Duration } from "../core/duration.ts";
import { InvalidArgumentError } from "../core/errors.ts";
import { assertOptions, type OptionNames } from "../core/known-options.ts";
import { isExposed } from "../core/loopback.ts";
import type { RunAttributes } from "../core/run-attributes.ts";
import type { Workflow } from "../engine/workflow.ts";
import { ApiError } from "./api-error.ts";
import { apiCalls } from "./api-calls.ts";
import { assertJson, type AsJson } from "./as-json.ts";
import { knownError } from "./known-errors.ts";
import { type RunHandle, runHandle } from "./run-handle.ts";
import { httpTransport, type Transport } from "./transport.ts";

/** Where the API is, and what opens it. */
export interface ConnectOptions {
  /**
   * URL of the API, as `https://abc.execute-api.eu-central-1.amazonaws.com/prod`. With a token, a signature or a
   * header `authorization` it is https, or http on this machine.
   */
  readonly endpoint: string;
  /** Sent as `Authorization: Bearer`, which a deployed API with tokens takes, and the embedded stack. */
  readonly token?: string;
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Signs each request just before it is sent, as an API behind IAM wants it. Not beside a token. */
  readonly sign?: (request: Request) => Promise<Request>;
  /** Sends a request. Default: the platform's `fetch`. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** Aborts everything that is under way. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** A fresh text of 1 to 200 letters and digits, unlike any other. Default: of 128 random bits. */
  readonly newId?: () => string;
}

const CONNECT_OPTIONS: OptionNames<ConnectOptions> = {
  endpoint: true,
  token: true,
  headers: true,
  sign: true,
  fetch: true,
  signal: true,
  clock: true,
  newId: true,
};

/** How a run is started. */
export interface StartOptions {
  /** Id of the run, and the idempotency key of its start. Default: a fresh one. */
  readonly id?: string;
  /** Time from the start after which the run is cancelled if it has not finished. Default: none. */
  readonly timeout?: Duration;
  /** Texts by which the run can be found in lists: at most 10. */
  readonly attributes?: RunAttributes;
}

const START_OPTIONS: OptionNames<StartOptions> = { id: true, timeout: true, attributes: true };

/** The input that a workflow takes, by its type: `InputOf<typeof digest>`. */
export type InputOf<W> = W extends Workflow<infer Given, infer _> ? Given : never;
/** What the API shows of a workflow's output, by its type. */
export type OutputOf<W> = W extends Workflow<infer _, infer Output> ? AsJson<Output> : never;

/** A client of one deployment, over its HTTP API. */
export interface Savepoint {
  /**
   * Starts a run, or joins the one of that id when workflow and input are the same. The workflow is given as it
   * was declared, of which nothing but its name is used.
   * @throws ValidationError, WorkflowNotFoundError, RunConflictError, ValueNotSerializableError,
   * InvalidArgumentError, ValueTooLargeError
   */
  start<Given, Output>(
    workflow: Workflow<Given, Output>,
    input: NoInfer<Given>,
    options?: StartOptions,
  ): Promise<RunHandle<AsJson<Output>>>;
  /** The same by name, so that a browser loads nothing of it: `start<typeof digest>("digest", input)`. */
  start<W = Workflow>(
    workflow: string,
    input: InputOf<W>,
    options?: StartOptions,
  ): Promise<RunHandle<OutputOf<W>>>;
  /** The handle of a run; whether there is one shows when it is asked. */
  get<Output = unknown>(id: string): RunHandle<Output>;
  /** Completes a callback token with a value, once. Throws TokenInvalidError, ValueNotSerializableError. */
  completeToken(
    token: string,
    value: unknown,
    options?: { readonly idempotencyKey?: string },
  ): Promise<void>;
  /** One page of runs, newest first. Throws ValidationError. */
  list(options?: ListOptions): Promise<RunPage>;
  /**
   * Cancels, resumes, forks or deletes all runs that a filter lets through, in as many requests as it takes.
   * One that refuses does not keep the others from it. What was interrupted is simply asked for again; forks
   * are told apart from new ones by `idempotencyKey`, which is a fresh one by default.
   * @param filter must name a workflow or a status
   * @throws InvalidArgumentError, ValidationError
   */
  bulk<Action extends BulkAction>(
    action: Action,
    filter: RunFilter,
    options?: BulkActions[Action],
  ): Promise<BulkReport>;
}

/**
 * Connects to a deployment's HTTP API, from browsers as from servers. What passes by itself (a throttled or
 * unreachable API) is tried again for some seconds. What does something to a run that is there, as `cancel` and
 * `resume`, is not, once it may have taken effect: the run may have gone on meanwhile, and would be hit again.
 * @throws InvalidArgumentError for an option that there is not, for an endpoint that is no http or https URL, and for one of http on another
 * machine to which something goes that opens the API
 */
export function connect(options: ConnectOptions): Savepoint {
  assertOptions("connect", options, CONNECT_OPTIONS);
  const { clock = systemClock, newId = randomId, signal } = options;
  const address = { ...options, url: urlOf(options) };
  const transport = httpTransport(
    { address: () => address, recover: async () => {} },
    { clock, isTrusted: true, ...(signal && { signal }) },
  );
  const api = apiCalls(ofKnownErrors(transport));
  const deps = { api, clock, newId };
  return {
    async start(
      workflow: string | Pick<Workflow, "name">,
      input: unknown,
      options: StartOptions = {},
    ) {
      assertOptions("start", options, START_OPTIONS);
      const { id = newId(), ...rest } = options;
      const name = typeof workflow === "string" ? workflow : workflow.name;
      assertJson(input, `input of workflow "${name}"`);
      const started = await api.start(name, { ...rest, input, id });
      return runHandle<never>(deps, started.id);
    },
    get: <Output>(id: string) => runHandle<Output>(deps, id),
    async completeToken(token, value, options = {}) {
      assertOptions("completeToken", options, { idempotencyKey: true });
      const { idempotencyKey: key = newId() } = options;
      assertJson(value, "value of the token");
      await api.complete(token, { value: value === undefined ? null : value, key });
    },
    async list(filter = {}) {
      assertOptions("list", filter, LIST_OPTIONS);
      return (await api.list(wireFilter(filter))) as unknown as RunPage;
    },
    async bulk<Action extends BulkAction>(
      action: Action,
      filter: RunFilter,
      options: BulkActions[Action] = {},
    ) {
      assertOptions("the filter of bulk", filter, FILTER_OPTIONS);
      assertOptions(`bulk "${action}"`, options, BULK_OPTIONS[action]);
      const { idempotencyKey: key }: BulkActions["fork"] = options;
      // A request that is made again must not fork anew.
      const named = { ...options, ...(action === "fork" && { idempotencyKey: key ?? newId() }) };
      return wholeReport(api.bulk(action, wireFilter(filter), named));
    },
  };
}

function wireFilter(filter: ListOptions) {
  assertNamesSome(filter);
  const { workflow, status, attributes, ...rest } = filter;
  return {
    ...rest,
    workflow: workflow === undefined ? undefined : [workflow].flat(),
    status: status === undefined ? undefined : [status].flat(),
    attribute: attributes,
  };
}

function urlOf({ endpoint, token, sign, headers }: ConnectOptions): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
    throw new InvalidArgumentError(
      `endpoint is "${endpoint}"; give the http or https URL of an API`,
    );
  }
  if (token !== undefined && sign !== undefined) {
    throw new InvalidArgumentError(
      "both token and sign are given, and both are for the header Authorization; give one of them",
    );
  }
  const isOpened = token !== undefined || sign !== undefined;
  if (isExposed(url) && (isOpened || new Headers(headers).has("authorization"))) {
    throw new InvalidArgumentError(
      `endpoint is "${endpoint}", and what opens the API could be read on its way there; give its https URL (http is for this machine only)`,
    );
  }
  return endpoint.replace(/\/+$/, "");
}

/** Throws each refusal as the class of its code. */
const ofKnownErrors = (transport: Transport): Transport => ({
  async send(request, signal) {
    try {
      return await transport.send(request, signal);
    } catch (error) {
      throw error instanceof ApiError ? knownError(error) : error;
    }
  },
});

/** `crypto.randomUUID` is there on pages from https and localhost only. */
const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
