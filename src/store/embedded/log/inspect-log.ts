import { DatabaseSync } from '@photostructure/sqlite';
import { statSync } from 'node:fs';
import { LogUnusableError } from './log-error.js';
import { headOf, logFile, openForReading, row } from './log-file.js';

/** What a log says of itself when it is looked at from outside. */
export interface LogInspection {
  readonly bytes: number;
  /** Sentences; empty: the file is whole. */
  readonly damage: readonly string[];
  readonly events: number;
  readonly head: number;
  /** Streams whose revisions have a gap. */
  readonly brokenStreams: number;
  /** Events whose data or metadata are no JSON: they are parked. */
  readonly unreadable: number;
  readonly lastEvent: string | undefined;
  /** RFC 3339, as far as it can be read. */
  readonly lastTime: string | undefined;
}

/** Reads the log in `folder`, beside whoever writes it. `full`: indexes too, entry by entry. Throws LogUnusableError. */
export function inspectLog(folder: string, { full }: { readonly full: boolean }): LogInspection {
  const db = openForReading(folder);
  const number = (sql: string) => Number(row(db.prepare(sql))?.[0] ?? 0);
  try {
    db.exec('BEGIN'); // all of it as of one moment
    const [lastEvent, lastTime] =
      row(
        db.prepare(
          "SELECT id, CASE WHEN json_valid(metadata) THEN metadata ->> 'time' END FROM events ORDER BY position DESC LIMIT 1",
        ),
      ) ?? [];
    return {
      bytes: statSync(logFile(folder)).size,
      damage: damageIn(db, full),
      events: number('SELECT count(*) FROM events'),
      head: headOf(db),
      brokenStreams: number(
        'SELECT count(*) FROM (SELECT 1 FROM events GROUP BY stream HAVING min(revision) <> 0 OR count(*) <> max(revision) + 1)',
      ),
      unreadable: number('SELECT count(*) FROM events WHERE NOT json_valid(data) OR NOT json_valid(metadata)'),
      lastEvent: typeof lastEvent === 'string' ? lastEvent : undefined,
      lastTime: typeof lastTime === 'string' ? lastTime : undefined,
    };
  } finally {
    db.close();
  }
}

/** Any SQLite file of ours. Throws what SQLite throws when it cannot even be opened. */
export function inspectFile(file: string, { full }: { readonly full: boolean }): readonly string[] {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5_000, returnArrays: true });
  try {
    return damageIn(db, full);
  } finally {
    db.close();
  }
}

function damageIn(db: InstanceType<typeof DatabaseSync>, full: boolean): readonly string[] {
  const check = db.prepare(full ? 'PRAGMA integrity_check(20)' : 'PRAGMA quick_check(20)');
  return (check.all() as readonly (readonly unknown[])[]).map(([line]) => String(line)).filter((line) => line !== 'ok');
}

/**
 * Copies the log as of one moment into a new file; whoever writes goes on meanwhile. What was acknowledged before the call is
 * in the copy. The write-ahead log cannot be taken back while it runs, so it grows.
 */
export function copyLog(folder: string, to: string): void {
  const db = openForReading(folder);
  try {
    db.prepare('VACUUM INTO ?').run(to);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LogUnusableError(
      'no-access',
      `${logFile(folder)} cannot be copied to ${to} (${why}): look at free space and permissions there, and at the log with hansard doctor.`,
      { cause: error },
    );
  } finally {
    db.close();
  }
}
