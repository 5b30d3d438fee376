import { TABLE } from "../lambda/store/schema.ts";

/** One Lambda function, as the CDK app and the embedded stack both build it. */
export interface FunctionDescriptor {
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /**
   * Whether the hints it sends come back to it. Lambda ends such a chain silently after about 16
   * invocations unless told that it is meant ("Use Lambda recursive loop detection to prevent
   * infinite loops").
   */
  readonly callsItself: boolean;
  /** What the function may do; each maps to a least-privilege grant. */
  readonly access: readonly Access[];
}

/**
 * Grants a function can ask for: reading items of the table by their keys, and histories by a query; writing
 * and deleting items; finding runs that are due, and runs for lists; sending and handling hints.
 */
export type Access =
  | "table:get"
  | "table:query"
  | "table:write"
  | "table:delete"
  | "due:query"
  | "lists:query"
  | "hints:send"
  | "hints:handle";

/** A route of the API that a deployment may open to everybody, and how much of it is answered then. */
export interface PublicRoute {
  readonly method: "POST";
  /** As the API has it, its parameter in braces. */
  readonly path: string;
  /** Requests a second, and how many at once above that. */
  readonly requestsPerSecond: number;
  readonly burst: number;
}

/** Names of the functions that are made of a project's workflows. */
export type FunctionName = keyof typeof descriptor.functions;

/**
 * Everything that is deployed everywhere, once: read by the CDK app and by the embedded stack, and compared
 * with the synthesized template by a test. What AWS alone has, an authorizer and the pruner of versions, is in
 * the constructs.
 */
export const descriptor = {
  table: TABLE,
  hints: {
    /** Longest invocation; a worker shortens it to its lease as soon as it has claimed. */
    visibilityTimeoutSeconds: 900,
    /**
     * A message is also received to be put back: when a process dies, its batch of ten is advanced one
     * run at a time from then on, which is ten receives without anything being wrong with the tenth.
     */
    maxReceiveCount: 50,
    retentionSeconds: 4 * 24 * 3600,
    deadLetterRetentionSeconds: 14 * 24 * 3600,
    batchSize: 10,
    maxConcurrency: 50,
  },
  functions: {
    worker: {
      timeoutSeconds: 900,
      memoryMb: 1024,
      callsItself: true,
      access: ["table:get", "table:query", "table:write", "hints:send", "hints:handle"],
    },
    api: {
      timeoutSeconds: 29,
      memoryMb: 512,
      callsItself: false,
      access: [
        "table:get",
        "table:query",
        "table:write",
        "table:delete",
        "lists:query",
        "hints:send",
      ],
    },
    sweeper: {
      timeoutSeconds: 50,
      memoryMb: 256,
      callsItself: false,
      access: ["table:get", "table:query", "table:write", "due:query", "hints:send"],
    },
  },
  http: {
    /** The completion of callback tokens: who has one needs no other right. Opened by `publicTokens`. */
    tokens: { method: "POST", path: "/tokens/{token}", requestsPerSecond: 10, burst: 20 },
  },
  schedules: {
    sweep: { everyMinutes: 1 },
  },
} as const satisfies {
  table: typeof TABLE;
  hints: Record<string, number>;
  functions: Record<string, FunctionDescriptor>;
  http: Record<string, PublicRoute>;
  schedules: Record<string, { everyMinutes: number }>;
};
