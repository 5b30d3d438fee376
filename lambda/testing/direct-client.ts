import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import type { AwsJsonHandler } from "../../localstack/embedded/aws-json.ts";

/** As much of a command of the SDK as is sent. */
interface Command {
  readonly input: object;
}

/**
 * A client that speaks the JSON protocol to a handler without the SDK's middleware, which takes most
 * of the time of a call in memory. It can stand in for the SDK's client wherever only `send` is used.
 */
export function directClient(service: "DynamoDB_20120810" | "AmazonSQS", handler: AwsJsonHandler) {
  return {
    async send(command: Command): Promise<unknown> {
      const action = command.constructor.name.replace(/Command$/, "");
      const { status, body } = await handler({
        target: `${service}.${action}`,
        headers: { host: "sqs.localhost" },
        body: encode(command.input),
      });
      const output = decode(body) as Refusal;
      if (status === 200) return output;
      throw errorOf(status, output);
    },
  };
}

interface Refusal {
  readonly __type?: string;
  readonly message?: string;
  readonly Item?: ConditionalCheckFailedException["Item"];
}

function errorOf(status: number, { __type = "", message = "", Item }: Refusal): Error {
  const name = __type.slice(__type.lastIndexOf("#") + 1);
  const $metadata = { httpStatusCode: status };
  if (name === "ConditionalCheckFailedException") {
    return new ConditionalCheckFailedException({ message, $metadata, ...(Item && { Item }) });
  }
  return Object.assign(new Error(message), { name, $metadata });
}

/** Whether there may be bytes in a text of JSON: to look at every value of it takes long. */
const mayHaveBytes = (json: string): boolean => json.includes('"B":');

function encode(input: object): string {
  const json = JSON.stringify(input);
  return mayHaveBytes(json) ? JSON.stringify(input, encodeBytes) : json;
}

const decode = (json: string): unknown =>
  mayHaveBytes(json) ? JSON.parse(json, decodeBytes) : JSON.parse(json);

/** Bytes travel as base64. A Buffer would turn itself into something else before it is seen here. */
function encodeBytes(this: unknown, key: string, value: unknown): unknown {
  const raw = key === "B" ? (this as Record<string, unknown>)[key] : value;
  return raw instanceof Uint8Array ? Buffer.from(raw).toString("base64") : value;
}

const decodeBytes = (key: string, value: unknown): unknown =>
  key === "B" && typeof value === "string" ? new Uint8Array(Buffer.from(value, "base64")) : value;
