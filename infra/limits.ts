/** What must agree about a worker, its queue and its leases. Times in milliseconds. */
export interface WorkerLimits {
  readonly timeoutMs: number;
  readonly visibilityMs: number;
  readonly leaseMs: number;
  readonly leaseMarginMs: number;
  readonly deadlineMarginMs: number;
  readonly memoryMb: number;
  readonly batchSize: number;
  readonly maxConcurrency: number;
}

/** What is chosen about a function of a project's own. */
export interface FunctionLimits {
  readonly timeoutMs: number;
  readonly memoryMb: number;
}

/** Memory of a worker with nothing to do, and of each run that it advances with a long history, megabytes. */
const BASE_MB = 128;
const RUN_MB = 32;
/** Lambda's and SQS's own limits (Lambda quotas; SQS event source mappings, "maximum concurrency"). */
const TIMEOUT_MAX_MS = 900_000;
const TIMEOUT_S = { min: 1, max: TIMEOUT_MAX_MS / 1_000 } as const;
const MEMORY_MB = { min: 128, max: 10_240 } as const;
const CONCURRENCY = { min: 2, max: 1_000 } as const;
const BATCH = { min: 1, max: 10 } as const;

/**
 * Checks limits that depend on each other.
 * @returns what is wrong, with the numbers; nothing when they agree
 */
export function disagreements(limits: WorkerLimits): string[] {
  const { timeoutMs, visibilityMs, leaseMs, leaseMarginMs, deadlineMarginMs } = limits;
  const { memoryMb, batchSize, maxConcurrency } = limits;
  const heartbeatMs = leaseMs / 3;
  const neededMb = BASE_MB + RUN_MB * batchSize;
  // No margin has to be as long as a heartbeat, 10 s by default: heartbeats go on while runs are given back in the
  // deadline's margin, and what they must leave room for is the lease's margin, as the fifth rule says.
  const rules: readonly Rule[] = [
    [
      timeoutMs <= TIMEOUT_MAX_MS,
      `timeout is ${s(timeoutMs)}, and Lambda ends an invocation after ${s(TIMEOUT_MAX_MS)}`,
    ],
    [
      visibilityMs >= timeoutMs,
      `hints are hidden for ${s(visibilityMs)}, less than the worker's timeout of ${s(timeoutMs)}: each would come back while it is at work`,
    ],
    [
      leaseMs < timeoutMs,
      `lease is ${s(leaseMs)}, not less than the timeout of ${s(timeoutMs)}: a run whose worker was ended by Lambda would wait longer than the invocation took`,
    ],
    [
      leaseMs >= 3_000,
      `lease is ${s(leaseMs)}, which is a heartbeat each ${s(heartbeatMs)}; give at least 3 s`,
    ],
    [
      leaseMarginMs < leaseMs - heartbeatMs,
      `a step begins while more than ${s(leaseMarginMs)} of the lease is left, which is never the case: a heartbeat comes each ${s(heartbeatMs)} of a lease of ${s(leaseMs)}`,
    ],
    [
      deadlineMarginMs >= 1_000,
      `deadlineMargin is ${s(deadlineMarginMs)}, too little to give runs back in; give at least 1 s`,
    ],
    [
      deadlineMarginMs + leaseMarginMs < timeoutMs / 2,
      `deadlineMargin is ${s(deadlineMarginMs)} of a timeout of ${s(timeoutMs)}: less than half of an invocation would be for work`,
    ],
    memoryRule(memoryMb),
    [within(batchSize, BATCH), `batchSize is ${batchSize}; give 1 to 10`],
    [
      memoryMb >= neededMb,
      `memoryMb is ${memoryMb}, and ${batchSize} runs at once want ${neededMb} (${BASE_MB} and ${RUN_MB} for each); give more, or a batchSize of at most ${Math.max(1, Math.floor((memoryMb - BASE_MB) / RUN_MB))}`,
    ],
    [
      within(maxConcurrency, CONCURRENCY),
      `maxConcurrency is ${maxConcurrency}; an event source takes 2 to 1000`,
    ],
  ];
  return broken(rules);
}

/**
 * Checks what is chosen about a function of a project's own against Lambda's quotas.
 * @throws Error that says what is wrong, with the numbers
 */
export function assertFunctionLimits(id: string, { timeoutMs, memoryMb }: FunctionLimits): void {
  const wrong = broken([
    [
      within(timeoutMs / 1_000, TIMEOUT_S),
      `timeout is ${s(timeoutMs)}; give whole seconds, 1 to 900`,
    ],
    memoryRule(memoryMb),
  ]);
  if (wrong.length > 0) throw new Error(`function "${id}" cannot be added: ${wrong.join("; ")}`);
}

/** What must hold, and what is wrong if it does not. */
type Rule = readonly [holds: boolean, wrong: string];

const broken = (rules: readonly Rule[]): string[] =>
  rules.filter(([holds]) => !holds).map(([, wrong]) => wrong);

const memoryRule = (memoryMb: number): Rule => [
  within(memoryMb, MEMORY_MB),
  `memoryMb is ${memoryMb}; Lambda takes 128 to 10240`,
];

const within = (value: number, { min, max }: { readonly min: number; readonly max: number }) =>
  Number.isInteger(value) && value >= min && value <= max;

const s = (ms: number): string => `${ms / 1_000} s`;
