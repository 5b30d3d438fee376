import { ENV } from "../../lambda/core/environment.ts";
import { TABLE_NAME } from "./resources.ts";

/**
 * What the functions of the embedded stack are configured with: as on AWS, but for shorter leases,
 * as no clock of another machine is involved, and for the addresses of the services.
 */
export function handlerEnvironment(options: {
  /** URL of DynamoDB and SQS. */
  readonly endpoint: string;
  readonly queueUrl: string;
  /** The endpoint answers whoever has this access key id. */
  readonly token: string;
  /** SHA-256 of the function's bundle, hex. */
  readonly code: string;
}): Record<string, string> {
  return {
    [ENV.table]: TABLE_NAME,
    [ENV.queueUrl]: options.queueUrl,
    [ENV.code]: options.code,
    [ENV.leaseMs]: "1000",
    [ENV.leaseMarginMs]: "100",
    [ENV.deadlineMarginMs]: "300",
    [ENV.waitInPlaceMs]: "1000",
    [ENV.gatherMs]: "0",
    AWS_ENDPOINT_URL_DYNAMODB: options.endpoint,
    AWS_ENDPOINT_URL_SQS: options.endpoint,
    AWS_ACCESS_KEY_ID: options.token,
    AWS_SECRET_ACCESS_KEY: "signatures-are-not-checked",
    NODE_OPTIONS: "--enable-source-maps",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
}
