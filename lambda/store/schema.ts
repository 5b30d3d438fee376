/**
 * Names of the one table: key attributes, indexes and shard counts, defined here once and imported
 * by the store, the infrastructure and the embedded stack. Attribute names on operations are one
 * letter because each step is billed by the kilobyte of its whole item.
 */
export const TABLE = {
  partitionKey: "pk",
  sortKey: "sk",
  ttl: "ttl",
  /** Every key attribute of the table and of its indexes, with its DynamoDB type. */
  attributes: {
    pk: "S",
    sk: "S",
    dueShard: "S",
    checkAt: "N",
    listShard: "S",
    startedKey: "S",
    attentionShard: "S",
    attentionAt: "N",
  },
  indexes: {
    /** Runs that must be looked at by a certain time; sparse over `checkAt`. */
    due: { partitionKey: "dueShard", sortKey: "checkAt", project: [] },
    /** Runs by day of start, newest first. */
    list: { partitionKey: "listShard", sortKey: "startedKey", project: ["workflow"] },
    /** Failed and blocked runs; sparse over `attentionAt`. */
    attention: { partitionKey: "attentionShard", sortKey: "attentionAt", project: [] },
  },
} as const;

/** Shards of the due index: each takes up to 1,000 writes a second (DynamoDB's partition limit). */
export const DUE_SHARDS = 16;
/** Shards of each day of the list index. */
export const LIST_SHARDS = 4;
/** Shards of the attention index. */
export const ATTENTION_SHARDS = 4;

/** Key of a run's META item. */
export const metaKey = (id: string) => ({ pk: `RUN#${id}`, sk: "META" });
/** Partition of one generation of a run's history; `copy` names the copy that the generation began as. */
export const historyPk = (incarnation: string, generation: number, copy?: string) =>
  `H#${incarnation}#${generation}${copy === undefined ? "" : `#${copy}`}`;
/** The incarnation that a partition of history belongs to; empty when it is none. */
export const incarnationIn = (pk: string): string => /^H#([^#]+)#/.exec(pk)?.[1] ?? "";
/** Sort-key prefix of operations. */
export const OPERATION_PREFIX = "OP#";
/** Sort-key prefix of value parts; sorts after operations, so replay's range leaves them out. */
export const PART_PREFIX = "PART#";
