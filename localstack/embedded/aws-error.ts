/** What an AWS error carries beside its name and message. */
export interface AwsErrorDetails {
  /** HTTP status: 400 (the default) for the caller's faults, 500 for the service's. */
  readonly status?: number;
  /** Further members of the answer, as `Item` of a refused condition. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** `ConsumedCapacity` of the refused call: told to observers, never sent. */
  readonly consumed?: readonly Readonly<Record<string, unknown>>[];
}

/** A refusal as an AWS service words it: name and HTTP status are those of the real service. */
export class AwsError extends Error {
  readonly status: number;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly consumed: readonly Readonly<Record<string, unknown>>[];

  /**
   * @param name the exception's name without its namespace, as `ValidationException`
   * @param message what was wrong and what to do
   */
  constructor(name: string, message: string, details: AwsErrorDetails = {}) {
    super(message);
    this.name = name;
    this.status = details.status ?? 400;
    this.extra = details.extra ?? {};
    this.consumed = details.consumed ?? [];
  }
}

/** The connection ended before an answer came; the SDK takes it for a network fault. */
export class ConnectionLost extends Error {
  readonly code = "ECONNRESET";

  constructor() {
    super("socket hang up: the reply was lost on its way (fault injected)");
  }
}
