import { Duration } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { descriptor } from "../descriptor.ts";

/**
 * The queue of hints and its dead letters. Hints hold no state, so a dead letter means "look at
 * this run", never "lost": the sweeper sends the run's next hint.
 */
export class Hints extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  /** How long a hint is hidden whose worker says nothing, milliseconds. */
  readonly visibilityMs: number;

  /** @param visibilityMs a worker's timeout, milliseconds */
  constructor(scope: Construct, id: string, visibilityMs: number) {
    super(scope, id);
    this.visibilityMs = visibilityMs;
    const { hints } = descriptor;
    const secured = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    this.deadLetters = new Queue(this, "DeadLetters", {
      ...secured,
      retentionPeriod: Duration.seconds(hints.deadLetterRetentionSeconds),
    });
    this.queue = new Queue(this, "Queue", {
      ...secured,
      visibilityTimeout: Duration.millis(visibilityMs),
      retentionPeriod: Duration.seconds(hints.retentionSeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: hints.maxReceiveCount },
    });
  }
}
