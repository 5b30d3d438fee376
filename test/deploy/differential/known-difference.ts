import type { Step } from "./sqs-steps.ts";
import type { ServiceName } from "./stacks.ts";

/** A difference that is not mended: what each of both answers, and who is right. */
export interface KnownDifference {
  readonly service: ServiceName;
  /** What MiniStack does. */
  readonly what: string;
  readonly right: "embedded" | "unclear";
  /** What decides, or was found not to: a page of AWS's documentation, or tests that are run on DynamoDB. */
  readonly page: string;
  /** Whether both are left with the same, though one has refused a change; else they are not compared further. */
  readonly leavesAlike?: true;
  /** Requests, the last of which shows the difference. */
  readonly example: readonly Step[];
  /** What requests it is about, where the answers alone do not tell. */
  readonly request?: RegExp;
  /** What the embedded stack answers, as `shown` writes it. */
  readonly embedded: RegExp;
  /** What MiniStack answers. */
  readonly emulator: RegExp;
}
