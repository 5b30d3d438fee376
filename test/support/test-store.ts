import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Clock } from "../../lambda/core/clock.ts";
import type { Ids } from "../../lambda/core/ids.ts";
import type { RunStatus } from "../../lambda/core/status.ts";
import type { Item } from "../../lambda/store/attributes.ts";
import { type Meta, metaFrom } from "../../lambda/store/meta.ts";
import { birthTtl } from "../../lambda/store/start-run.ts";
import { openStore, type Store } from "../../lambda/store/store.ts";
import { ConnectionLost } from "../../localstack/embedded/aws-error.ts";
import { createDynamoDB, type DynamoDB } from "../../localstack/embedded/dynamodb/dynamodb.ts";
import { createResources, TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { inProcessHandler } from "../../localstack/embedded/sdk-handler.ts";
import { createSqs } from "../../localstack/embedded/sqs/sqs.ts";
import { seededIds } from "../../lambda/testing/seeded-ids.ts";

/** The time in these tests. */
export const NOW = Date.UTC(2026, 0, 1);

/**
 * What befalls a call: something happens before it, or its reply is lost after it took effect, or a copy of
 * it, as of one that was tried twice, arrives when it is asked to.
 */
export interface Fate {
  readonly before?: () => Promise<unknown>;
  readonly losesReply?: boolean;
  readonly copied?: (arrive: () => Promise<unknown>) => void;
}

/** Attributes of META, undefined where there is to be none. */
type Attributes = Readonly<Record<string, Item[string] | undefined>>;

/** A store over the embedded DynamoDB, whose calls can be interfered with. */
export interface OpenedStore {
  readonly store: Store;
  readonly ids: Ids;
  readonly dynamodb: DynamoDB;
  /** Fates of the calls to come, the next one first; calls beyond them are left alone. */
  readonly fates: Fate[];
  /** Calls so far. */
  readonly calls: string[];
  /** Puts a run of id `run`, as it would be in a status, with other attributes replaced. */
  readonly put: (status: RunStatus, attributes?: Attributes, id?: string) => Promise<Meta>;
  /** Puts a run of id `run` in a status, in place of the one there, without a call of the store. */
  readonly replace: (status: RunStatus, attributes?: Attributes, id?: string) => Promise<void>;
  /** The raw attributes of a run's META; undefined when there is none. */
  readonly item: (id?: string) => Promise<Item | undefined>;
}

/** Time stands still; pauses are over at once. */
export const stillClock: Clock = {
  now: () => NOW,
  monotonic: () => NOW,
  after(_, wake) {
    const immediate = setImmediate(wake);
    return () => clearImmediate(immediate);
  },
};

const PAUSED = { dueAt: undefined, checkAt: undefined } as const;
const OWNED = {
  owner: { S: "owner" },
  ownerMsg: { S: "message" },
  leaseUntil: { N: String(NOW + 60_000) },
  epoch: { N: "1" },
} as const;
const ENDED = { ...PAUSED, epoch: { N: "1" }, finishedAt: { N: String(NOW) } } as const;

/** What a run of each status has beside what every run has. */
const ATTRIBUTES: Readonly<Record<RunStatus, Attributes>> = {
  queued: {},
  running: OWNED,
  waiting: { ...PAUSED, epoch: { N: "1" } },
  paused: { ...PAUSED, epoch: { N: "1" } },
  blocked: {
    epoch: { N: "1" },
    code: { S: "code" },
    attentionShard: { S: "1" },
    attentionAt: { N: "1" },
  },
  succeeded: { ...ENDED, output: { S: "1" } },
  failed: { ...ENDED, error: { S: "1" } },
  cancelled: ENDED,
};

/** Opens a store with a table that is empty. */
export async function openTestStore(): Promise<OpenedStore> {
  const dynamodb = createDynamoDB({ clock: stillClock });
  await createResources(dynamodb, createSqs({ clock: stillClock }));
  const fates: Fate[] = [];
  const calls: string[] = [];
  const client = new DynamoDBClient({
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
    requestHandler: inProcessHandler(async (request) => {
      const fate = fates.shift();
      await fate?.before?.();
      calls.push(request.target.slice(request.target.indexOf(".") + 1));
      fate?.copied?.(() => dynamodb.handler(request));
      const response = await dynamodb.handler(request);
      if (fate?.losesReply) throw new ConnectionLost();
      return response;
    }),
  });
  const ids = seededIds(1);
  const store = openStore({ client, table: TABLE_NAME, clock: stillClock, ids });
  const read = async (id = "run"): Promise<Item | undefined> => {
    const Key = { pk: { S: `RUN#${id}` }, sk: { S: "META" } };
    const request = { TableName: TABLE_NAME, Key, ConsistentRead: true };
    return (await dynamodb.call("GetItem", request))["Item"] as Item | undefined;
  };
  const replace: OpenedStore["replace"] = async (status, attributes = {}, id = "run") => {
    const common = {
      pk: s(`RUN#${id}`),
      sk: s("META"),
      inc: s(ids.ulid(NOW)),
      gen: n(0),
      round: n(1),
      workflow: s("w"),
      epoch: n(0),
      wakeSeq: n(0),
      inputHash: s("h"),
      input: s("1"),
      startedAt: n(NOW),
      dueAt: n(NOW),
      checkAt: n(NOW + 60_000),
      dueShard: s("1"),
      ttl: n(birthTtl(NOW)),
      histTtl: n(birthTtl(NOW)),
      tx: s("tx0"),
    };
    const whole = { ...common, ...ATTRIBUTES[status], ...attributes, status: s(status) };
    const present = Object.entries(whole).filter(([, value]) => value !== undefined);
    await dynamodb.call("PutItem", { TableName: TABLE_NAME, Item: Object.fromEntries(present) });
  };
  return {
    store,
    ids,
    dynamodb,
    fates,
    calls,
    item: read,
    replace,
    async put(status, attributes, id = "run") {
      await replace(status, attributes, id);
      const item = await read(id);
      if (!item) throw new Error("the run is not there");
      return metaFrom(item);
    },
  };
}

/** A number attribute. */
export const n = (value: number) => ({ N: String(value) });
/** A string attribute. */
export const s = (value: string) => ({ S: value });
