import { TABLE_NAME as TableName } from "../../../localstack/embedded/resources.ts";
import type { Request } from "./dynamodb-requests.ts";
import type { Stacks, Turn } from "./play.ts";

/** Pages of a query that are read. */
const PAGES_MAX = 6;

/** Plays requests on items and index entries of their own; a query is followed by its further pages. */
export async function* playRequests(
  stacks: Stacks,
  requests: readonly Request[],
  own: string,
): AsyncGenerator<Turn> {
  for (const { action, input } of requests) {
    let start: unknown;
    for (let page = 0; page === 0 || (start && page < PAGES_MAX); page += 1) {
      const request = start ? { ...input, ExclusiveStartKey: start } : input;
      const turn = await ask(stacks, action, JSON.stringify(request).replaceAll("%P", own));
      yield turn;
      start = turn.answers.embedded.members["LastEvaluatedKey"];
    }
  }
}

async function ask({ embedded, emulator }: Stacks, action: string, body: string): Promise<Turn> {
  const [one, other] = await Promise.all([
    embedded.send("dynamodb", action, body),
    emulator.send("dynamodb", action, body),
  ]);
  return { request: `${action} ${body}`, answers: { embedded: one, emulator: other } };
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
