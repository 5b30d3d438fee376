/**
 * Names of the environment variables that the Lambda entries read. Infrastructure and the embedded
 * stack set them from here, so that a name is written once.
 */
export const ENV = {
  /** Name of the DynamoDB table. */
  table: "SAVEPOINT_TABLE",
  /** URL of the hint queue. */
  queueUrl: "SAVEPOINT_QUEUE_URL",
  /** SHA-256 of the deployed bundle, hex: which code a blocked run was blocked under. */
  code: "SAVEPOINT_CODE",
  /** `emf` to have workers write metrics into their log, which CloudWatch reads (default: none). */
  metrics: "SAVEPOINT_METRICS",
  /** Length of a lease, milliseconds (default 30,000). */
  leaseMs: "SAVEPOINT_LEASE_MS",
  /** A body starts only while this much of the lease is left, milliseconds (default 2,000). */
  leaseMarginMs: "SAVEPOINT_LEASE_MARGIN_MS",
  /** Time kept free at the end of an invocation to give runs back, milliseconds (default 5,000). */
  deadlineMarginMs: "SAVEPOINT_DEADLINE_MARGIN_MS",
  /** A wait up to this long stays in the invocation instead of parking, milliseconds (default 1,500). */
  waitInPlaceMs: "SAVEPOINT_WAIT_IN_PLACE_MS",
  /** Pause before a parent of several children is woken by one of them, milliseconds (default 1,000). */
  gatherMs: "SAVEPOINT_GATHER_MS",
  /** Names of the deployment's functions, in a list with commas; for the one that prunes their versions. */
  functions: "SAVEPOINT_FUNCTIONS",
  /** Base URL of the Hacker News search API (default: the public one). */
  hnUrl: "SAVEPOINT_HN_URL",
  /** Base URL of the sample corpus; set by the embedded stack only, never in AWS. */
  sampleHnUrl: "SAVEPOINT_SAMPLE_HN_URL",
  /** Origins whose pages may call the API, in a list with commas (default: none). */
  corsOrigins: "SAVEPOINT_CORS_ORIGINS",
  /** ARN of the secret with the hashes of the API's bearer tokens; for the authorizer. */
  tokensSecret: "SAVEPOINT_TOKENS_SECRET",
  /** Issuer of the JSON Web Tokens that the API takes; for the authorizer. */
  jwtIssuer: "SAVEPOINT_JWT_ISSUER",
  /** What those must have as their audience; for the authorizer. */
  jwtAudience: "SAVEPOINT_JWT_AUDIENCE",
  /** ARN of the secret that is the key for the OpenAI API. */
  openaiSecret: "SAVEPOINT_OPENAI_SECRET",
  /** Key for the OpenAI API. */
  openaiKey: "OPENAI_API_KEY",
  /** Base URL of an OpenAI-compatible server. */
  openaiBaseUrl: "OPENAI_BASE_URL",
} as const;

/**
 * What the stack sets itself, or Lambda does (Lambda developer guide, "Defined runtime environment
 * variables"). Of another value it would lead a function astray, be it to somebody's account.
 */
const RESERVED = /^(AWS_|SAVEPOINT_|LAMBDA_|_HANDLER$|_X_AMZN_TRACE_ID$|NODE_OPTIONS$)/;

/** Whether a variable is not for a project to set. */
export const isReservedVariable = (name: string): boolean => RESERVED.test(name);
