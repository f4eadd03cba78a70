import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';

export type Database = InstanceType<typeof DatabaseSync>;

/** The folder holds no log that this program can use. The message is a sentence for the operator. */
export class LogUnusableError extends Error {
  override readonly name = 'LogUnusableError';
}

const FILE = 'log.db';
/** "HnSd": tells a log of ours from any other SQLite file. */
const APPLICATION_ID = 0x48_6e_53_64;
const FORMAT = 1;
/** Before it, a checkpoint and a write at the same instant could corrupt the write-ahead log. */
const OLDEST_SQLITE = [3, 51, 3] as const;
const BUSY_MS = 5_000;

const SCHEMA = `
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  );
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL REFERENCES streams (id),
    revision INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL,
    UNIQUE (stream, revision)
  );
  CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events BEGIN SELECT RAISE (ABORT, 'an event is never changed'); END;
  CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events BEGIN SELECT RAISE (ABORT, 'an event is never deleted'); END;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};
`;

export function logFile(folder: string): string {
  return join(folder, FILE);
}

/** The one connection that writes. Every commit is on the disk when it returns. */
export function openForWriting(folder: string, maxPages?: number): Database {
  const file = logFile(folder);
  const database = open(file, false);
  try {
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -65536',
    );
    if (isEmpty(database)) create(database);
    check(database, file);
    if (maxPages !== undefined) database.exec(`PRAGMA max_page_count = ${maxPages}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** One of any number of connections that read, in this process and others. */
export function openForReading(folder: string): Database {
  const file = logFile(folder);
  if (!existsSync(file)) throw new LogUnusableError(`There is no log in ${folder}.`);
  const database = open(file, true);
  try {
    check(database, file);
    database.exec('PRAGMA cache_size = -32768');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function open(file: string, readOnly: boolean): Database {
  try {
    const database = new DatabaseSync(file, { readOnly, timeout: BUSY_MS, returnArrays: true });
    checkVersion(database);
    return database;
  } catch (error) {
    if (error instanceof LogUnusableError) throw error;
    throw new LogUnusableError(`The log ${file} cannot be opened: ${reasonOf(error)}.`, { cause: error });
  }
}

function create(database: Database): void {
  database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT; PRAGMA wal_checkpoint (TRUNCATE)`);
}

function isEmpty(database: Database): boolean {
  return numberOf(database, 'SELECT count(*) FROM sqlite_master') === 0;
}

function check(database: Database, file: string): void {
  if (numberOf(database, 'PRAGMA application_id') !== APPLICATION_ID) {
    throw new LogUnusableError(`${file} is no log of Hansard: choose another data folder.`);
  }
  const format = numberOf(database, 'PRAGMA user_version');
  if (format !== FORMAT) {
    throw new LogUnusableError(
      `${file} has format ${format}, this version of Hansard reads ${FORMAT}: use the version that wrote it, or a newer one.`,
    );
  }
}

function checkVersion(database: Database): void {
  const [version] = database.prepare('SELECT sqlite_version()').get() as readonly unknown[];
  const parts = String(version).split('.').map(Number);
  for (const [index, oldest] of OLDEST_SQLITE.entries()) {
    const part = parts[index] ?? 0;
    if (part > oldest) return;
    if (part < oldest)
      throw new LogUnusableError(
        `SQLite ${String(version)} is too old: it must be ${OLDEST_SQLITE.join('.')} at least.`,
      );
  }
}

export function numberOf(database: Database, sql: string): number {
  const [value] = (database.prepare(sql).get() ?? [0]) as readonly unknown[];
  return Number(value);
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
