import { DatabaseSync, type StatementSyncInstance } from '@photostructure/sqlite';
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { asUnusable, LogUnusableError, notALog } from './log-error.js';

export type LogDatabase = InstanceType<typeof DatabaseSync>;

const FORMAT = 1;

/** Older ones may corrupt a write-ahead log that two connections write or checkpoint at one instant. */
const OLDEST_SQLITE = [3, 51, 3] as const;

/** One connection's page cache: the index of event ids is touched all over. */
const CACHE_KIB = 65_536;

/** Pages of write-ahead log between checkpoints. */
const CHECKPOINT_PAGES = 4_000;

/** Positions count from 1 and are never reused, because nothing is ever deleted. `log` tells one log from another. */
export const SCHEMA = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    category TEXT NOT NULL GENERATED ALWAYS AS (substr(name, 1, instr(name || '-', '-') - 1)) STORED
  ) STRICT;
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL,
    UNIQUE (stream, revision)
  ) STRICT;
  ${['meta', 'streams', 'events'].map(neverChanged).join('')}
`;

function neverChanged(table: string): string {
  return ['UPDATE', 'DELETE']
    .map(
      (verb) =>
        `CREATE TRIGGER ${table}_no_${verb.toLowerCase()} BEFORE ${verb} ON ${table} ` +
        `BEGIN SELECT raise(ABORT, 'the log is never changed'); END;\n`,
    )
    .join('');
}

export function logFile(folder: string): string {
  return join(folder, 'log.db');
}

/** The one connection that writes. Makes the log when there is none. The caller holds the writer's lock. */
export function openForWriting(
  folder: string,
  { maxPages }: { readonly maxPages?: number | undefined } = {},
): LogDatabase {
  const file = logFile(folder);
  let db: LogDatabase | undefined;
  try {
    db = new DatabaseSync(file, { timeout: 5_000, returnArrays: true });
    checkSqlite(db);
    const isNew = checkFormat(db, file) === 'empty';
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -${CACHE_KIB}`);
    if (isNew) create(db);
    db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    // What a killed process wrote but did not sync may be read and repeated from now on, so it has to be on disk.
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    if (isNew) syncFolder(folder);
    if (maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${maxPages}`);
    return db;
  } catch (error) {
    db?.close();
    throw asUnusable(error, file, 'written');
  }
}

/** A connection that only reads; any number of them, in any process, while one writes. */
export function openForReading(folder: string): LogDatabase {
  const file = logFile(folder);
  if (!statSync(file, { throwIfNoEntry: false })) {
    throw new LogUnusableError('missing', `There is no log in ${folder}: ${file} does not exist.`);
  }
  let db: LogDatabase | undefined;
  try {
    db = new DatabaseSync(file, { readOnly: true, timeout: 5_000, returnArrays: true });
    checkSqlite(db);
    if (checkFormat(db, file) === 'empty') throw notALog(file);
    db.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    return db;
  } catch (error) {
    db?.close();
    throw asUnusable(error, file, 'read');
  }
}

/** The columns of the first row. */
export function row(statement: StatementSyncInstance, ...values: (string | number)[]): readonly unknown[] | undefined {
  return statement.get(...values) as readonly unknown[] | undefined;
}

/** The position of the last event. */
export function headOf(db: LogDatabase): number {
  return Number(row(db.prepare('SELECT max(position) FROM events'))?.[0] ?? 0);
}

function create(db: LogDatabase): void {
  db.exec(`
    BEGIN IMMEDIATE;
    ${SCHEMA}
    INSERT INTO meta (name, value) VALUES ('format', '${FORMAT}'), ('log', '${randomBytes(16).toString('hex')}');
    COMMIT
  `);
}

/** Nothing is written before it is known that the file is a log of ours, or nobody's yet. */
function checkFormat(db: LogDatabase, file: string): 'empty' | 'log' {
  const tables = db.prepare('SELECT name FROM sqlite_schema').all() as readonly (readonly unknown[])[];
  if (tables.length === 0) return 'empty';
  if (!tables.some(([name]) => name === 'meta') || !tables.some(([name]) => name === 'events')) throw notALog(file);
  const format = Number(row(db.prepare("SELECT value FROM meta WHERE name = 'format'"))?.[0]);
  if (format > FORMAT) {
    throw new LogUnusableError(
      'newer-format',
      `${file} was written by a newer Hansard (format ${format}, this one knows ${FORMAT}): run that version, or a later one.`,
    );
  }
  if (format !== FORMAT) throw notALog(file);
  return 'log';
}

function checkSqlite(db: LogDatabase): void {
  const version = String(row(db.prepare('SELECT sqlite_version()'))?.[0]);
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const [oldMajor, oldMinor, oldPatch] = OLDEST_SQLITE;
  const newer = major - oldMajor || minor - oldMinor || patch - oldPatch;
  if (newer >= 0) return;
  throw new LogUnusableError(
    'old-sqlite',
    `SQLite ${version} can corrupt a log: install the dependencies again, ${OLDEST_SQLITE.join('.')} or later is needed.`,
  );
}

/** A new file is only there for good when its folder was synced, too. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
