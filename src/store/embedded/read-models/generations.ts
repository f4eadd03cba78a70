import { GenerationGoneError, type ReadModelSchema, type TableSchema } from '../../../projections/read-models.js';
import type { Database } from './database.js';
import { TableSql } from './sql.js';

/** One version of a read model's tables, each with its SQL. */
export interface Generation {
  readonly id: number;
  readonly tables: ReadonlyMap<string, TableSql>;
}

type Tables = Readonly<Record<string, TableSchema>>;

/** Which generations there are, which one is live, and how far each one is. For the writer; readers look for themselves. */
export class Generations {
  readonly #db: Database;
  readonly #known = new Map<number, Generation>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** The live one of this version, an unfinished one, or a new one. */
  open(schema: ReadModelSchema): number {
    return this.#db.transaction('BEGIN IMMEDIATE', () => {
      const [found] = this.#db.all(
        'SELECT id, tables FROM generations WHERE read_model = ? AND version = ? ORDER BY live DESC LIMIT 1',
        schema.name,
        schema.version,
      );
      if (!found) return this.#create(schema);
      const [id, tables] = found;
      if (tables !== JSON.stringify(schema.tables))
        throw new Error(
          `the tables of ${schema.name} have changed: raise its version, which is still ${schema.version}`,
        );
      return Number(id);
    });
  }

  rebuild(schema: ReadModelSchema): number {
    return this.#db.transaction('BEGIN IMMEDIATE', () => this.#create(schema));
  }

  /** Throws GenerationGoneError. */
  get(id: number): Generation & { readonly checkpoint: number } {
    const [checkpoint] = this.#db.get('SELECT checkpoint FROM generations WHERE id = ?', id) ?? [];
    if (typeof checkpoint !== 'number') throw new GenerationGoneError('another generation took the place of this one');
    return { ...this.#generation(id), checkpoint };
  }

  advance(id: number, checkpoint: number): void {
    this.#db.run('UPDATE generations SET checkpoint = ? WHERE id = ? AND checkpoint < ?', checkpoint, id, checkpoint);
  }

  promote(id: number): void {
    this.#db.transaction('BEGIN IMMEDIATE', () => {
      this.get(id);
      const [readModel, live] = this.#db.get('SELECT read_model, live FROM generations WHERE id = ?', id) ?? [];
      if (live === 1) return;
      this.#drop('SELECT id FROM generations WHERE read_model = ? AND live = 1', String(readModel));
      this.#db.run('UPDATE generations SET live = 1 WHERE id = ?', id);
    });
  }

  /** Beside the live one, if there is one; an unfinished one before it will not be finished any more. */
  #create({ name, version, tables }: ReadModelSchema): number {
    this.#drop('SELECT id FROM generations WHERE read_model = ? AND live = 0', name);
    const live = this.#db.get('SELECT 1 FROM generations WHERE read_model = ? AND live = 1', name) ? 0 : 1;
    const [id] =
      this.#db.get(
        'INSERT INTO generations (read_model, version, tables, live, checkpoint) VALUES (?, ?, ?, ?, 0) RETURNING id',
        name,
        version,
        JSON.stringify(tables),
        live,
      ) ?? [];
    for (const sql of this.#generation(Number(id)).tables.values()) this.#db.exec(sql.create());
    return Number(id);
  }

  #drop(which: string, readModel: string): void {
    for (const [id] of this.#db.all(which, readModel)) {
      for (const sql of this.#generation(Number(id)).tables.values()) this.#db.exec(sql.drop());
      this.#db.run('DELETE FROM generations WHERE id = ?', Number(id));
      this.#known.delete(Number(id));
    }
  }

  #generation(id: number): Generation {
    const known = this.#known.get(id);
    if (known) return known;
    const [tables] = this.#db.get('SELECT tables FROM generations WHERE id = ?', id) ?? [];
    const generation = { id, tables: tableSql(id, String(tables)) };
    this.#known.set(id, generation);
    return generation;
  }
}

export function tableSql(generation: number, tables: string): ReadonlyMap<string, TableSql> {
  const schemas = JSON.parse(tables) as Tables; // as #create wrote it
  return new Map(Object.entries(schemas).map(([name, schema]) => [name, new TableSql(generation, name, schema)]));
}

export function tableOf({ tables }: Pick<Generation, 'tables'>, name: string): TableSql {
  const table = tables.get(name);
  if (!table) throw new Error(`the read model has no table ${name}`);
  return table;
}
