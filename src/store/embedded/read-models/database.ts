import { DatabaseSync, type StatementSyncInstance } from '@photostructure/sqlite';

const FORMAT = 1;

export type Value = string | number | Uint8Array | null;

/**
 * The file of the read models. It can be made again from the log, so commits do not wait for the disk: after a power cut
 * the last of them may be missing, rows and checkpoint alike.
 */
export class Database {
  readonly #db: InstanceType<typeof DatabaseSync>;
  readonly #statements = new Map<string, StatementSyncInstance>();

  constructor(file: string, { readOnly }: { readonly readOnly: boolean }) {
    this.#db = new DatabaseSync(file, { readOnly, timeout: 5000, returnArrays: true });
    try {
      this.#db.exec('PRAGMA cache_size = -32768');
      if (!readOnly) this.#prepareFile();
    } catch (error) {
      throw new Error(`${file} cannot be used: ${whatToDo(error)}.`, { cause: error });
    }
  }

  run(sql: string, ...values: readonly Value[]): void {
    this.#statement(sql).run(...values);
  }

  /** The first row's columns. */
  get(sql: string, ...values: readonly Value[]): readonly unknown[] | undefined {
    return this.#statement(sql).get(...values) as readonly unknown[] | undefined;
  }

  all(sql: string, ...values: readonly Value[]): readonly (readonly unknown[])[] {
    return this.#statement(sql).all(...values) as readonly (readonly unknown[])[];
  }

  /** Statements that are used once. */
  exec(sql: string): void {
    this.#db.exec(sql);
  }

  transaction<T>(begin: 'BEGIN' | 'BEGIN IMMEDIATE', body: () => T): T {
    this.#db.exec(begin);
    try {
      const result = body();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #prepareFile(): void {
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 8000');
    const [format] = this.get('PRAGMA user_version') ?? [];
    if (format !== 0 && format !== FORMAT) throw new Error(`format ${String(format)} of another version of Hansard`);
    this.exec(`
      PRAGMA user_version = ${FORMAT};
      CREATE TABLE IF NOT EXISTS generations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        read_model TEXT NOT NULL,
        version INTEGER NOT NULL,
        tables TEXT NOT NULL,
        live INTEGER NOT NULL,
        checkpoint INTEGER NOT NULL
      );
      CREATE UNIQUE INDEX IF NOT EXISTS live_generation ON generations (read_model) WHERE live = 1;
    `);
  }

  #statement(sql: string): StatementSyncInstance {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function whatToDo(error: unknown): string {
  return isBusy(error)
    ? 'another program holds it; end that one'
    : `${String(error)}; delete it, it is made again from the log`;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'sqliteCodeName' in error && error.sqliteCodeName === 'SQLITE_BUSY';
}
