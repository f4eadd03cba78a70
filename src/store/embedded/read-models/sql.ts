import type { Scan, TableSchema } from '../../../projections/read-models.js';
import type { IndexerName } from '../../../projections/search/indexers.js';
import { textSql, type TextSql } from './text/text-sql.js';

/**
 * The SQL of one table of one generation. Rows are kept in the order of their key, so that a page is read from few places
 * of the file; scattered ones in the order in which they come, so that a commit touches few. The members of key and indexes are columns
 * without a type, so that numbers and strings are compared as they are, strings by code point.
 */
export class TableSql {
  readonly #table: string;
  readonly #key: readonly string[];
  readonly #isScattered: boolean;
  readonly #orders: ReadonlyMap<string, readonly string[]>;
  /** Members that are columns: first those of the key. */
  readonly members: readonly string[];
  /** Of a table whose rows are found by their words: it has a column more, where the row is in the text index. */
  readonly text: { readonly indexer: IndexerName; readonly sql: TextSql } | undefined;

  constructor(generation: number, name: string, { key, indexes = {}, text, scattered }: TableSchema) {
    this.#table = `g${generation}_${word(name)}`;
    this.#key = key.map(word);
    this.#isScattered = scattered === true;
    this.text = text && { indexer: text, sql: textSql(this.#table) };
    this.members = [...new Set([...key, ...Object.values(indexes).flat()].map(word))];
    this.#orders = new Map(
      Object.entries(indexes).map(([index, members]) => [word(index), [...new Set([...members, ...key])]]),
    );
  }

  get keyLength(): number {
    return this.#key.length;
  }

  create(): string {
    const columns = this.members.map((member) => `${column(member)} NOT NULL`).join(', ');
    const table =
      `CREATE TABLE ${this.#table} (${columns}, position INTEGER NOT NULL, row TEXT NOT NULL,${this.text ? ' place INTEGER,' : ''} ` +
      `PRIMARY KEY (${columnsOf(this.#key)}))${this.#isScattered ? '' : ' WITHOUT ROWID'};`;
    const indexes = [...this.#orders].map(
      ([index, order]) => `CREATE UNIQUE INDEX ${this.#index(index)} ON ${this.#table} (${columnsOf(order)});`,
    );
    return [table, ...indexes, ...(this.text ? [this.text.sql.create] : [])].join('\n');
  }

  drop(): string {
    return `DROP TABLE IF EXISTS ${this.#table};${this.text?.sql.drop ?? ''}`;
  }

  /** Members, position, row, place if it has a text index. A stored row of a later position stays. */
  upsert(): string {
    const given = [...this.members.map(column), 'position', 'row', ...(this.text ? ['place'] : [])];
    const changed = given.slice(this.#key.length).map((name) => `${name} = excluded.${name}`);
    return (
      `INSERT INTO ${this.#table} (${given.join(', ')}) VALUES (${questionMarks(given.length)}) ` +
      `ON CONFLICT DO UPDATE SET ${changed.join(', ')} WHERE excluded.position > position`
    );
  }

  /** Key, position. */
  remove(): string {
    return `DELETE FROM ${this.#table} WHERE ${this.#isKey()} AND position < ?`;
  }

  /** Key. */
  select(): string {
    return `SELECT row, position FROM ${this.#table} WHERE ${this.#isKey()}`;
  }

  /** Key: position, place in the text index. */
  selectPlace(): string {
    return `SELECT position, place FROM ${this.#table} WHERE ${this.#isKey()}`;
  }

  /** Prefix, after, before, limit: a walk along the key or an index from where the page begins, whatever lies before it. */
  scan({ index, prefix = [], after, before, descending = false }: Omit<Scan, 'table'>): string {
    const order = index === undefined ? this.#key : this.#orders.get(index);
    if (!order) throw new Error(`${this.#table} has no index ${String(index)}`);
    const behind = order.slice(prefix.length);
    const conditions = [
      ...order.slice(0, prefix.length).map((member) => `${column(member)} = ?`),
      ...bound(behind, after, '>'),
      ...bound(behind, before, '<'),
    ];
    const sorted = order.map((member) => `${column(member)} ${descending ? 'DESC' : 'ASC'}`);
    return [
      `SELECT row FROM ${this.#table}`,
      index === undefined ? '' : `INDEXED BY ${this.#index(index)}`,
      conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '',
      `ORDER BY ${sorted.join(', ')} LIMIT ?`,
    ].join(' ');
  }

  #index(name: string): string {
    return `${this.#table}_${word(name)}`;
  }

  #isKey(): string {
    return this.#key.map((member) => `${column(member)} = ?`).join(' AND ');
  }
}

function bound(members: readonly string[], key: readonly unknown[] | undefined, sign: '<' | '>'): readonly string[] {
  if (!key || key.length === 0) return [];
  if (key.length > members.length) throw new Error('a bound names more members than the order has behind the prefix');
  return [`(${columnsOf(members.slice(0, key.length))}) ${sign} (${questionMarks(key.length)})`];
}

function questionMarks(count: number): string {
  return Array.from({ length: count }, () => '?').join(', ');
}

function columnsOf(members: readonly string[]): string {
  return members.map(column).join(', ');
}

/** Apart from the table's own columns. */
function column(member: string): string {
  return `m_${member}`;
}

/** Becomes part of SQL. */
function word(name: string): string {
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name))
    throw new Error(`${JSON.stringify(name)} is no name for a read model's part`);
  return name;
}
