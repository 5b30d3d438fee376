import { deepStrictEqual, ok } from "node:assert";
import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { TABLE_NAME } from "../../localstack/embedded/resources.ts";

type Item = Record<string, AttributeValue>;

const TableName = TABLE_NAME;
/** Items of one writer. */
const KEYS = 12;
/** Partitions of the index that items are spread over. */
const SHARDS = 3;

/** A version of an item; 0 when there is none. */
type Version = number;

/** The only writer of a partition: it knows what was acknowledged, and what may or may not be. */
export class ItemWriter {
  readonly #pk: string;
  readonly #random: () => number;
  readonly #stored = new Map<string, Version>();
  /** A write under way: after a kill the item may have either version. */
  #pending: { readonly sk: string; readonly version: Version } | undefined;
  #version = 0;

  constructor(name: string, random: () => number) {
    this.#pk = `torture-${name}`;
    this.#random = random;
  }

  /** Makes one write of a random kind, and resolves once it is acknowledged. */
  async write(client: DynamoDBClient): Promise<void> {
    const sk = `item-${Math.floor(this.#random() * KEYS)}`;
    const isThere = (this.#stored.get(sk) ?? 0) > 0;
    const isDelete = isThere && this.#random() < 0.2;
    const version = isDelete ? 0 : (this.#version += 1);
    this.#pending = { sk, version };
    const Key = { pk: { S: this.#pk }, sk: { S: sk } };
    if (isDelete) await client.send(new DeleteItemCommand({ TableName, Key }));
    else if (isThere && this.#random() < 0.6) await client.send(updateOf(Key, version));
    else await client.send(new PutItemCommand({ TableName, Item: itemOf(Key, version) }));
    this.#stored.set(sk, version);
    this.#pending = undefined;
  }

  /** Compares the partition with what was acknowledged; from then on what is there counts. */
  async verify(client: DynamoDBClient): Promise<Item[]> {
    const { Items: items = [] } = await client.send(
      new QueryCommand({
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": { S: this.#pk } },
      }),
    );
    const found = new Map(items.map((item) => [item["sk"]?.S ?? "", versionOf(item)]));
    for (let n = 0; n < KEYS; n += 1) {
      const sk = `item-${n}`;
      const version = found.get(sk) ?? 0;
      const allowed = [this.#stored.get(sk) ?? 0];
      if (this.#pending?.sk === sk) allowed.push(this.#pending.version);
      ok(
        allowed.includes(version),
        `${this.#pk} ${sk} has version ${version}, not ${allowed.join(" or ")}`,
      );
      this.#stored.set(sk, version);
    }
    this.#pending = undefined;
    return items;
  }
}

/** An item says its version in all its attributes: one that was torn contradicts itself. */
function itemOf(key: Item, version: Version): Item {
  return {
    ...key,
    version: { N: String(version) },
    filler: { S: `${version}`.repeat(50) },
    ...indexed(version),
  };
}

/** Every third version is in no index. */
function indexed(version: Version): Item {
  if (version % 3 === 0) return {};
  return {
    dueShard: { S: `torture-${version % SHARDS}` },
    checkAt: { N: String(version) },
  };
}

function updateOf(Key: Item, version: Version): UpdateItemCommand {
  const values = indexed(version);
  const { dueShard, checkAt } = values;
  const index = dueShard && checkAt ? { ":shard": dueShard, ":checkAt": checkAt } : undefined;
  return new UpdateItemCommand({
    TableName,
    Key,
    UpdateExpression: index
      ? "SET version = :version, filler = :filler, dueShard = :shard, checkAt = :checkAt"
      : "SET version = :version, filler = :filler REMOVE dueShard, checkAt",
    ExpressionAttributeValues: {
      ":version": { N: String(version) },
      ":filler": { S: `${version}`.repeat(50) },
      ...index,
    },
  });
}

function versionOf(item: Item): Version {
  const version = Number(item["version"]?.N);
  const { pk, sk } = item;
  if (!pk || !sk) throw new Error(`an item without its key: ${JSON.stringify(item)}`);
  deepStrictEqual(item, itemOf({ pk, sk }, version), "an item is torn");
  return version;
}

/** Compares the index with what the items of all writers say of it. */
export async function verifyIndex(client: DynamoDBClient, items: readonly Item[]): Promise<void> {
  for (let shard = 0; shard < SHARDS; shard += 1) {
    const name = `torture-${shard}`;
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName,
        IndexName: "due",
        KeyConditionExpression: "dueShard = :shard",
        ExpressionAttributeValues: { ":shard": { S: name } },
      }),
    );
    const wanted = items.filter(({ dueShard }) => dueShard?.S === name).map(placeIn);
    const places = Items.map(placeIn).toSorted();
    deepStrictEqual(places, wanted.toSorted(), `the index differs from the items in ${name}`);
    const order = Items.map(({ checkAt }) => Number(checkAt?.N));
    deepStrictEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
  }
}

const placeIn = ({ pk, sk, checkAt }: Item): string => `${checkAt?.N} ${pk?.S} ${sk?.S}`;
