import type { Clock } from "../../../lambda/core/clock.ts";
import type { FaultPlan } from "../faults.ts";
import { type Journal, type JournalPlace, openJournal } from "../journal.ts";
import type { TableDefinition } from "./definition.ts";
import { tableNotFound } from "./errors.ts";
import { createPrepare, type Prepare } from "./expressions/prepare.ts";
import type { Item } from "./item.ts";
import { itemSize } from "./item-size.ts";
import { checkItemKey, checkKey } from "./key-schema.ts";
import { Table } from "./table.ts";

/** A change of the state, as it is journalled: the whole new item, never what led to it. */
export type Change =
  | readonly ["table", TableDefinition]
  | readonly ["ttl", table: string, attribute: string | null]
  | readonly ["put", table: string, item: Item]
  | readonly ["delete", table: string, key: Item];

/** All tables, and the journal that outlives them. */
export class Database {
  readonly clock: Clock;
  readonly prepare: Prepare = createPrepare();
  readonly journal: Journal<Change> | undefined;
  readonly #tables = new Map<string, Table>();
  readonly #faults: FaultPlan;
  #isRestoring = true;

  /** Opens the journal, if there is to be one, and restores what it holds. */
  constructor(clock: Clock, place: JournalPlace | undefined, faults: FaultPlan) {
    this.clock = clock;
    this.#faults = faults;
    this.journal =
      place &&
      openJournal<Change>({
        ...place,
        name: "dynamodb",
        onRecord: (change) => this.#restore(change),
        snapshot: () => this.#snapshot(),
      });
    this.#isRestoring = false;
  }

  get tables(): Iterable<Table> {
    return this.#tables.values();
  }

  /** Whether a table of this name exists. */
  has(name: string): boolean {
    return this.#tables.has(name);
  }

  /** The table of this name. Throws `ResourceNotFoundException`. */
  table(name: string): Table {
    const table = this.#tables.get(name);
    if (!table) throw tableNotFound(name);
    return table;
  }

  /** Adds a table that must not exist yet. */
  addTable(definition: TableDefinition): Table {
    const { TableName } = definition;
    const table = new Table(definition, (index) => ({
      clock: this.clock,
      lagMs: () => (this.#isRestoring ? 0 : (this.#faults.indexLag?.(TableName, index) ?? 0)),
    }));
    this.#tables.set(TableName, table);
    return table;
  }

  /** Journals a change that has just been made; replies wait for it through `journal.pending()`. */
  record(change: Change): void {
    // The journal keeps its failure, and every reply asks for it.
    void this.journal?.append(change).catch(() => {});
  }

  #restore(change: Change): void {
    if (change[0] === "table") {
      this.addTable(change[1]);
      return;
    }
    const table = this.table(change[1]);
    if (change[0] === "ttl") {
      table.ttlAttribute = change[2] ?? undefined;
      return;
    }
    const isPut = change[0] === "put";
    const place = (isPut ? checkItemKey : checkKey)(table.schema, change[2]);
    const item = isPut ? change[2] : undefined;
    table.replace(place, table.find(place), item, item ? itemSize(item) : 0);
  }

  *#snapshot(): Generator<Change> {
    for (const table of this.tables) {
      const { name, definition, ttlAttribute } = table;
      yield ["table", definition];
      if (ttlAttribute !== undefined) yield ["ttl", name, ttlAttribute];
      for (const { item } of table.rows()) yield ["put", name, item];
    }
  }
}
