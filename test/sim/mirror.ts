import type { Item } from "../../lambda/store/attributes.ts";
import { idempotencyKey } from "../../lambda/core/keys.ts";
import { isFinished, type RunStatus } from "../../lambda/core/status.ts";
import { ROLLBACK_PREFIX, UNDONE_PREFIX } from "../../lambda/core/undone.ts";
import type { WatchedCall } from "../../lambda/testing/world-options.ts";
import { OPERATION_PREFIX } from "../../lambda/store/schema.ts";

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
  /** Whether it was copied from another history. */
  readonly isCopy: boolean;
  item: Item;
}

/** The table as it stands, put together from the writes that took effect. */
export class Mirror {
  /** META items by run. */
  readonly metas = new Map<string, Item>();
  /** Operations by history and key. */
  readonly operations = new Map<string, Map<string, MirroredOperation>>();
  /** Histories that were ended without their code, whatever that was at. */
  readonly terminated = new Set<string>();
  /** Parts of values, and whatever else there is, by both keys. */
  readonly #others = new Map<string, Item>();
  readonly #runs = new Map<string, string>();
  /** The round that each generation of an incarnation belongs to. */
  readonly #rounds = new Map<string, number>();

  /** Takes a call in; the change it made, if it made one. */
  apply({ process, action, body, response }: WatchedCall, row: string): Change | undefined {
    if (response.status !== 200 || (action !== "PutItem" && action !== "UpdateItem")) return;
    const after = itemOf(action, body, response.body);
    const pk = after["pk"]?.S ?? "";
    const sk = after["sk"]?.S ?? "";
    const before = this.#replace(pk, sk, after, row === "copy of a record");
    if (row === "terminate") this.terminated.add(historyOf(after));
    return { process, row, pk, sk, before, after };
  }

  /** Takes a deletion in; what was deleted. */
  remove(pk: string, sk: string): Item | undefined {
    if (sk === "META") {
      const run = pk.slice("RUN#".length);
      const before = this.metas.get(run);
      this.metas.delete(run);
      return before;
    }
    const operations = this.operations.get(pk);
    const before = operations?.get(sk.slice(OPERATION_PREFIX.length))?.item;
    operations?.delete(sk.slice(OPERATION_PREFIX.length));
    this.#others.delete(`${pk} ${sk}`);
    return before;
  }

  /** Whether a run was ended without its code: terminated, or put as cancelled in its own place. */
  wasEndedFromOutside(meta: Item): boolean {
    const isOver = textOf(meta, "status") === "cancelled";
    return isOver && (meta["cancel"] === undefined || this.terminated.has(historyOf(meta)));
  }

  /** Whether a sweep would find anything then: most would not, and they take most of the calls. */
  isAnyDue(now: number): boolean {
    return [...this.metas.values()].some((meta) => (numberOf(meta, "checkAt") ?? Infinity) <= now);
  }

  /** A part of a value. */
  part(pk: string, sk: string): Item | undefined {
    return this.#others.get(`${pk} ${sk}`);
  }

  /** The operations of a run's present history. */
  operationsOf(meta: Item): ReadonlyMap<string, MirroredOperation> {
    return this.operations.get(historyOf(meta)) ?? new Map<string, MirroredOperation>();
  }

  /** The operation of an idempotency key, if a run's present history has a record of it. */
  byIdempotencyKey(run: string, key: string): MirroredOperation | undefined {
    const meta = this.metas.get(run);
    return (
      meta &&
      [...this.operationsOf(meta).values()].find((one) => this.idempotencyKeyOf(one) === key)
    );
  }

  /** All steps that have a record, by idempotency key. */
  steps(): [string, MirroredOperation][] {
    return [...this.operations.values()]
      .flatMap((operations) => [...operations.values()])
      .filter(({ item }) => textOf(item, "k") === "step")
      .map((one) => [this.idempotencyKeyOf(one), { ...one, run: this.runOf(one.pk) ?? "" }]);
  }

  /** The idempotency key that a body of an operation is given. */
  idempotencyKeyOf({ pk, key }: Pick<MirroredOperation, "pk" | "key">): string {
    const id = this.runOf(pk) ?? "";
    const [, incarnation = ""] = pk.split("#");
    const step = key.startsWith(ROLLBACK_PREFIX) ? key.slice(ROLLBACK_PREFIX.length) : key;
    const memory = this.operations.get(pk)?.get(UNDONE_PREFIX + step)?.item;
    const round = this.roundOf(pk);
    return idempotencyKey({ id, incarnation, round }, key, numberOf(memory, "a"));
  }

  /** The run that a history belongs to. */
  runOf(pk: string): string | undefined {
    return this.#runs.get(pk.split("#")[1] ?? "");
  }

  /** The run that a call is about, if it is about one. */
  runOfCall(body: string): string | undefined {
    const [, pk = ""] = /"pk":\{"S":"([^"]*)"/.exec(body) ?? [];
    if (pk.startsWith("RUN#")) return pk.slice("RUN#".length);
    return this.runOf(pk) ?? /\\"run\\":\\"([^"\\]*)/.exec(body)?.[1];
  }

  /** The round that a history belongs to. */
  roundOf(pk: string): number {
    const [, incarnation = "", generation = ""] = pk.split("#");
    return this.#rounds.get(`${incarnation}#${generation}`) ?? 1;
  }

  #replace(pk: string, sk: string, after: Item, isCopy: boolean): Item | undefined {
    if (sk === "META") {
      const run = pk.slice("RUN#".length);
      const before = this.metas.get(run);
      this.metas.set(run, after);
      this.#runs.set(after["inc"]?.S ?? "", run);
      this.#rounds.set(`${after["inc"]?.S}#${after["gen"]?.N}`, numberOf(after, "round") ?? 1);
      return before;
    }
    if (!sk.startsWith("OP#")) {
      this.#others.set(`${pk} ${sk}`, after);
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
    operations.set(key, { run, pk, key, isCopy, item: after });
    return undefined;
  }

  /** The runs that have not finished, or owe something. */
  get unfinished(): string[] {
    return [...this.metas].flatMap(([id, meta]) => {
      const status = textOf(meta, "status") as RunStatus;
      if (!isFinished(status)) return [`${id} is ${status}`];
      return meta["owed"] ? [`${id} owes`] : [];
    });
  }
}

/** Partition of a run's present history. */
export function historyOf(meta: Item): string {
  const generation = meta["gen"]?.N ?? "";
  const copy = meta["copies"]?.SS?.find((one) => one.startsWith(`${generation}#`));
  return `H#${meta["inc"]?.S}#${copy ?? generation}`;
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
