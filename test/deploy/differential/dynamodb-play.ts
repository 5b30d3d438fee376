import { TABLE_NAME as TableName } from "../../../localstack/embedded/resources.ts";
import type { Request } from "./dynamodb-requests.ts";
import type { Stacks, Turn } from "./play.ts";

/** Plays requests on items and index entries of their own. */
export async function* playRequests(
  { embedded, emulator }: Stacks,
  requests: readonly Request[],
  own: string,
): AsyncGenerator<Turn> {
  for (const { action, input } of requests) {
    const body = JSON.stringify(input).replaceAll("%P", own);
    const [one, other] = await Promise.all([
      embedded.send("dynamodb", action, body),
      emulator.send("dynamodb", action, body),
    ]);
    yield { request: `${action} ${body}`, answers: { embedded: one, emulator: other } };
  }
}

const everything = (IndexName: string | undefined, name: string, value: string): Request => ({
  action: "Query",
  input: {
    TableName,
    ...(IndexName !== undefined && { IndexName }),
    KeyConditionExpression: "#key = :key",
    ExpressionAttributeNames: { "#key": name },
    ExpressionAttributeValues: { ":key": { S: value } },
  },
});

/** What shows the items and index entries that are left. */
export const LEFT_ITEMS: readonly Request[] = [
  everything(undefined, "pk", "RUN#%P"),
  everything(undefined, "pk", "H#%P#0"),
  ...["due#%P", "due#%P#1"].map((shard) => everything("due", "dueShard", shard)),
  ...["list#%P", "list#%P#1"].map((shard) => everything("list", "listShard", shard)),
  everything("attention", "attentionShard", "attention#%P"),
];
