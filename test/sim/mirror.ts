import type { Item } from "../../lambda/store/attributes.ts";
import { idempotencyKey } from "../../lambda/core/keys.ts";
import type { WatchedCall } from "../../lambda/testing/world-options.ts";

/** A write as it took effect: what its item was and what it is. */
export interface Change {
  readonly process: string;
  readonly row: string;
  readonly pk: string;
  readonly sk: string;
  readonly before: Item | undefined;
  readonly after: Item;
}

/** An operation's item, and where it belongs. */
export interface MirroredOperation {
  readonly run: string;
  readonly pk: string;
  readonly key: string;
  item: Item;
}

/** The table as it stands, put together from the writes that took effect. */
export class Mirror {
  /** META items by run. */
  readonly metas = new Map<string, Item>();
  /** Operations by history and key. */
  readonly operations = new Map<string, Map<string, MirroredOperation>>();
  /** Parts of values, and whatever else there is. */
  readonly others: Item[] = [];
  readonly #byIdempotencyKey = new Map<string, MirroredOperation>();
  readonly #runs = new Map<string, string>();
  /** The round that each generation of an incarnation belongs to. */
  readonly #rounds = new Map<string, number>();

  /** Takes a call in; the change it made, if it made one. */
  apply({ process, action, body, response }: WatchedCall, row: string): Change | undefined {
    if (response.status !== 200 || (action !== "PutItem" && action !== "UpdateItem")) return;
    const after = itemOf(action, body, response.body);
    const pk = after["pk"]?.S ?? "";
    const sk = after["sk"]?.S ?? "";
    const before = this.#replace(pk, sk, after);
    return { process, row, pk, sk, before, after };
  }

  /** The operations of a run's present history. */
  operationsOf(meta: Item): ReadonlyMap<string, MirroredOperation> {
    const pk = `H#${meta["inc"]?.S}#${meta["gen"]?.N}`;
    return this.operations.get(pk) ?? new Map<string, MirroredOperation>();
  }

  /** The operation of a step's idempotency key, if it has a record. */
  byIdempotencyKey(key: string): MirroredOperation | undefined {
    return this.#byIdempotencyKey.get(key);
  }

  /** All steps that have a record, by idempotency key. */
  steps(): [string, MirroredOperation][] {
    return [...this.#byIdempotencyKey].filter(([, { item }]) => textOf(item, "k") === "step");
  }

  /** The run that a history belongs to. */
  runOf(pk: string): string | undefined {
    return this.#runs.get(pk.split("#")[1] ?? "");
  }

  /** The round that a history belongs to. */
  roundOf(pk: string): number {
    const [, incarnation = "", generation = ""] = pk.split("#");
    return this.#rounds.get(`${incarnation}#${generation}`) ?? 1;
  }

  #replace(pk: string, sk: string, after: Item): Item | undefined {
    if (sk === "META") {
      const run = pk.slice("RUN#".length);
      const before = this.metas.get(run);
      this.metas.set(run, after);
      this.#runs.set(after["inc"]?.S ?? "", run);
      this.#rounds.set(`${after["inc"]?.S}#${after["gen"]?.N}`, numberOf(after, "round") ?? 1);
      return before;
    }
    if (!sk.startsWith("OP#")) {
      this.others.push(after);
      return undefined;
    }
    const key = sk.slice("OP#".length);
    const operations = this.operations.get(pk) ?? new Map<string, MirroredOperation>();
    this.operations.set(pk, operations);
    const known = operations.get(key);
    if (known) {
      const before = known.item;
      known.item = after;
      return before;
    }
    const run = this.runOf(pk) ?? "";
    const operation = { run, pk, key, item: after };
    operations.set(key, operation);
    const incarnation = pk.split("#")[1] ?? "";
    const round = this.roundOf(pk);
    this.#byIdempotencyKey.set(idempotencyKey({ id: run, incarnation, round }, key), operation);
    return undefined;
  }
}

function itemOf(action: string, body: string, response: string): Item {
  if (action === "PutItem") return (JSON.parse(body) as { Item: Item }).Item;
  const { Key } = JSON.parse(body) as { Key: Item };
  const { Attributes } = JSON.parse(response) as { Attributes?: Item };
  if (!Attributes) throw new Error(`an update of ${JSON.stringify(Key)} showed no item`);
  return Attributes;
}

/** A number attribute; undefined when absent. */
export const numberOf = (item: Item | undefined, name: string): number | undefined =>
  item?.[name]?.N === undefined ? undefined : Number(item[name].N);

/** A text attribute; undefined when absent. */
export const textOf = (item: Item | undefined, name: string): string | undefined => item?.[name]?.S;
