import type { Position } from '../../../domain/kernel/position.js';
import {
  InvalidRowError,
  type Key,
  type KeyPart,
  type ReadModelSchema,
  type ReadModelWriter,
  type Row,
  type Stored,
  type Write,
} from '../../../projections/read-models.js';
import type { PackedRows, WriterRequest } from './protocol.js';
import { TableSql } from './sql.js';
import type { WorkerChannel } from './worker-channel.js';

/** One generation as the main thread sees it. */
export class EmbeddedWriter implements ReadModelWriter {
  readonly schema: ReadModelSchema;
  readonly #generation: number;
  readonly #channel: WorkerChannel<WriterRequest>;
  /** For each table the members that its index columns hold beside the key. */
  readonly #indexed: ReadonlyMap<string, readonly string[]>;

  constructor(schema: ReadModelSchema, generation: number, channel: WorkerChannel<WriterRequest>) {
    this.schema = schema;
    this.#generation = generation;
    this.#channel = channel;
    this.#indexed = new Map(
      Object.entries(schema.tables).map(([name, table]) => [
        name,
        new TableSql(generation, name, table).members.slice(table.key.length),
      ]),
    );
  }

  async checkpoint(): Promise<Position> {
    return Number(await this.#channel.ask({ kind: 'checkpoint', generation: this.#generation })) as Position;
  }

  async load(table: string, keys: readonly Key[]): Promise<readonly (Stored | undefined)[]> {
    if (keys.length === 0) return [];
    const request = { kind: 'load', generation: this.#generation, table, keys: JSON.stringify(keys) } as const;
    const found = JSON.parse(await this.#channel.ask(request)) as (Stored | null)[];
    return found.map((stored) => stored ?? undefined);
  }

  async commit(writes: readonly Write[], checkpoint: Position): Promise<void> {
    const tables = this.#pack(writes, checkpoint);
    await this.#channel.ask({ kind: 'commit', generation: this.#generation, checkpoint, tables });
  }

  async promote(): Promise<void> {
    await this.#channel.ask({ kind: 'promote', generation: this.#generation });
  }

  #pack(writes: readonly Write[], checkpoint: Position): readonly PackedRows[] {
    const byTable = new Map<string, { places: Key[]; rows: (string | null)[]; positions: number[] }>();
    for (const { table, key, row, position } of writes) {
      if (position > checkpoint) throw new InvalidRowError(`a row of ${table} is ahead of the checkpoint`);
      let packed = byTable.get(table);
      if (!packed) {
        packed = { places: [], rows: [], positions: [] };
        byTable.set(table, packed);
      }
      packed.places.push(this.#place(table, key, row));
      packed.rows.push(row === undefined ? null : JSON.stringify(row));
      packed.positions.push(position);
    }
    return [...byTable].map(([table, { places, ...rest }]) => ({ table, places: JSON.stringify(places), ...rest }));
  }

  #place(table: string, key: Key, row: Row | undefined): Key {
    const schema = this.schema.tables[table];
    const indexed = this.#indexed.get(table);
    if (!schema || !indexed) throw new InvalidRowError(`${this.schema.name} has no table ${table}`);
    if (key.length !== schema.key.length || !key.every(isKeyPart))
      throw new InvalidRowError(`a key of ${table} is not made of ${schema.key.join(', ')}`);
    if (row === undefined || indexed.length === 0) return key;
    const parts = indexed.map((member) => row[member]);
    if (!parts.every(isKeyPart)) throw new InvalidRowError(`a row of ${table} lacks one of ${indexed.join(', ')}`);
    return [...key, ...parts];
  }
}

function isKeyPart(value: unknown): value is KeyPart {
  return typeof value === 'string' || Number.isSafeInteger(value);
}
